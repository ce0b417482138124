import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { ServerMessage } from '../../src/view/wire.ts';
import { until } from './until.ts';

type MessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { readonly type: Type }>;

/** A client of the live stream, with what it has got so far. */
export class Stream {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  /** Code of the close; null while it is open. */
  closed: number | null = null;
  /** HTTP status of a refused upgrade. */
  refused: number | null = null;

  constructor(url: string, protocol: string, headers: Readonly<Record<string, string>>) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, protocol, { headers });
    this.socket.on('message', (data) => this.messages.push(JSON.parse(String(data))));
    this.socket.on('close', (code) => {
      this.closed = code;
    });
    this.socket.on('unexpected-response', (_request, response) => {
      this.refused = response.statusCode ?? 0;
    });
    this.socket.on('error', () => {});
  }

  of<Type extends ServerMessage['type']>(type: Type): MessageOf<Type>[] {
    return this.messages.filter((message): message is MessageOf<Type> => message.type === type);
  }

  /** The first message of this type for which `wanted` is true, once it is there. */
  next<Type extends ServerMessage['type']>(
    type: Type,
    wanted: (message: MessageOf<Type>) => boolean = () => true,
  ): Promise<MessageOf<Type>> {
    return until<MessageOf<Type> | undefined>(`a message ${type}`, () => this.of(type).find(wanted), { everyMs: 5 });
  }
}

/** Asks for the live stream of the agent at `url`. */
export function openStream(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  protocol = 'nanwatch.v1',
): Stream {
  const stream = new Stream(url, protocol, headers);
  onTestFinished(() => stream.socket.terminate());
  return stream;
}
