import { hostname } from 'node:os';
import { z } from 'zod';

export interface Address {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+)):(\d{1,5})$/;

/** An address to listen on: `127.0.0.1:9909`, `[::1]:9909`, `0.0.0.0:0` (any free port). */
export const address = z
  .string()
  .refine(
    (text) => Number(ADDRESS.exec(text)?.[3] ?? Number.NaN) <= 65_535,
    'must be HOST:PORT, for example 127.0.0.1:9909 or [::1]:9909',
  )
  .transform((text): Address => {
    const [, bracketed, plain, port] = ADDRESS.exec(text) ?? [];
    return { host: bracketed ?? plain ?? '', port: Number(port) };
  });

/** An address as it stands in a URL. */
export function hostInUrl({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Where people reach the agent, without a slash at its end. When it is not said, as Prometheus does: the name of the
 * machine where the agent listens on all of its addresses.
 */
export function externalUrlOf({
  external_url,
  listen,
}: {
  external_url?: string | undefined;
  listen: Address;
}): string {
  const isAny = listen.host === '0.0.0.0' || listen.host === '::';
  const url = external_url ?? `http://${hostInUrl(isAny ? { ...listen, host: hostname() } : listen)}`;
  return url.replace(/\/+$/, '');
}
