const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && CODE.test(code) ? code : undefined;
}

/**
 * The code of an error or of what caused it, such as `ECONNREFUSED`. Only the code: messages may repeat addresses.
 * `unknown error` when there is none.
 */
export function errorCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const inner = cause instanceof AggregateError ? cause.errors[0] : undefined;
  return codeOf(error) ?? codeOf(cause) ?? codeOf(inner) ?? 'unknown error';
}
