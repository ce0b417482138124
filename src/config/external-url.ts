import { hostname } from 'node:os';
import { type Address, hostInUrl } from './address.ts';
import type { Config } from './schema.ts';

/** Where people reach the agent, without a slash at its end. */
export function externalUrlOf({ external_url: url, listen }: Config): string {
  return (url ?? defaultUrl(listen)).replace(/\/+$/, '');
}

/** As Prometheus does: the name of the machine where the agent listens on all of its addresses. */
function defaultUrl(listen: Address): string {
  const isAny = listen.host === '0.0.0.0' || listen.host === '::';
  return `http://${hostInUrl(isAny ? { ...listen, host: hostname() } : listen)}`;
}
