import type { IncomingMessage, ServerResponse } from 'node:http';
import { type SeriesQuery, seriesQuery } from './series-query.ts';

/** What the HTTP side may ask for. Everything is made at the moment of the question. */
export interface ServerSource {
  /** `sent` is called once a client has got them. */
  metrics(): Promise<{ readonly contentType: string; readonly bytes: Buffer; readonly sent: () => void }>;
  runs(): unknown;
  /** undefined when there is no such run. */
  run(id: string): unknown;
  /** undefined when there is no such run. */
  series(id: string, query: SeriesQuery): unknown;
  alerts(state: AlertState): unknown;
  /** null when the agent is ready, else what it waits for. */
  notReady(): string | null;
}

export const ALERT_STATES = ['firing', 'resolved', 'all'] as const;

export type AlertState = (typeof ALERT_STATES)[number];

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sent?: () => void;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

function json(body: unknown, status = 200): Answer {
  return { status, contentType: JSON_TYPE, body: JSON.stringify(body) };
}

/** The form that every error has. */
export function failure(status: number, code: string, message: string): Answer {
  return json({ error: { code, message } }, status);
}

/**
 * Answers everything that is not the page. `path` is decoded once, so that a run may have any name.
 *
 * @returns undefined when no route has this path
 */
export async function route(source: ServerSource, url: URL): Promise<Answer | undefined> {
  const { pathname } = url;
  switch (pathname) {
    case '/metrics': {
      const { contentType, bytes, sent } = await source.metrics();
      return { status: 200, contentType, body: bytes, sent };
    }
    case '/-/healthy':
    case '/healthz':
      return { status: 200, contentType: TEXT_TYPE, body: 'healthy\n' };
    case '/-/ready':
    case '/readyz': {
      const waiting = source.notReady();
      return waiting === null
        ? { status: 200, contentType: TEXT_TYPE, body: 'ready\n' }
        : failure(503, 'not_ready', waiting);
    }
    case '/api/v1/runs':
      return json({ runs: source.runs() });
    case '/api/v1/alerts':
      return alerts(source, url);
    default:
      return pathname.startsWith(RUN_PREFIX) ? ofRun(source, pathname.slice(RUN_PREFIX.length), url) : undefined;
  }
}

const RUN_PREFIX = '/api/v1/runs/';
const SERIES_SUFFIX = '/series';

function alerts(source: ServerSource, url: URL): Answer {
  const state = url.searchParams.get('state') ?? 'all';
  if (!isAlertState(state)) {
    return failure(400, 'bad_request', `state must be one of ${ALERT_STATES.join(', ')}, not "${state.slice(0, 64)}".`);
  }
  return json({ alerts: source.alerts(state) });
}

function isAlertState(text: string): text is AlertState {
  return (ALERT_STATES as readonly string[]).includes(text);
}

/** A run may itself be called `.../series`: its series are asked for first, and its slash can be written as %2F. */
function ofRun(source: ServerSource, encoded: string, url: URL): Answer {
  const asRun = decoded(encoded);
  if (asRun === null) return failure(400, 'bad_request', 'The run in the path is not valid percent-encoding.');
  if (encoded.endsWith(SERIES_SUFFIX)) {
    const answer = series(source, asRun.slice(0, -SERIES_SUFFIX.length), url);
    if (answer !== undefined) return answer;
  }
  const run = source.run(asRun);
  return run === undefined
    ? failure(404, 'run_not_found', 'No run of this name is followed; see /api/v1/runs.')
    : json(run);
}

/** undefined when there is no such run. */
function series(source: ServerSource, id: string, url: URL): Answer | undefined {
  if (source.run(id) === undefined) return undefined;
  const query = seriesQuery(url.searchParams);
  return typeof query === 'string' ? failure(400, 'bad_request', query) : json(source.series(id, query));
}

function decoded(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

/** Writes an answer, for HEAD without its body. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': body.length,
    'X-Content-Type-Options': 'nosniff',
    ...answer.headers,
  });
  const isHead = request.method === 'HEAD';
  if (answer.sent !== undefined && !isHead) response.once('finish', answer.sent);
  response.end(isHead ? undefined : body);
}
