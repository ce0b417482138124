/** What gives itself away as a secret: keys of known makers, credentials in an address, words that introduce one. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/)[^\s/@:]*:[^\s/@]*@/g, '$1***@'],
  [/\b(hf|sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abprs]|wandb)([-_])[\w-]{8,}/g, '$1$2***'],
  [/\b(AKIA|ASIA|AIza)[\w-]{12,}/g, '$1***'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***'],
  [/\b((?:\w*[_-])?(?:token|secret|password|passwd|api[_-]?key))(["']?\s*[=:]\s*["']?)[^\s"',;&]{4,}/gi, '$1$2***'],
];

/** The text without what looks like a token or a password: it may travel in alerts. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((masked, [pattern, mask]) => masked.replace(pattern, mask), text);
}
