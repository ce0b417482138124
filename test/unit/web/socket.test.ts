import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ServerMessage } from '../../../src/view/wire.ts';
import { type Connection, HELLO_TIMEOUT_MS, LiveSocket, parseMessage, streamUrl } from '../../../src/web/socket.ts';

class FakeWebSocket {
  static opened: FakeWebSocket[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  readonly url: string;
  readonly protocol: string;
  constructor(url: string, protocol: string) {
    this.url = url;
    this.protocol = protocol;
    FakeWebSocket.opened.push(this);
  }
  close(): void {
    this.closed = true;
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const HELLO = { type: 'hello', version: '0.1.0', runs: [], alerts: [] };
const last = (): FakeWebSocket => FakeWebSocket.opened.at(-1) as FakeWebSocket;

let heard: ServerMessage[];
let connections: Connection[];
let socket: LiveSocket;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  vi.stubGlobal('WebSocket', FakeWebSocket);
  FakeWebSocket.opened = [];
  heard = [];
  connections = [];
  socket = new LiveSocket('ws://host/ws', {
    onMessage: (message) => heard.push(message),
    onConnection: (connection) => connections.push(connection),
  });
  socket.connect();
});

afterEach(() => {
  socket.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const states = (): string[] => connections.map(({ state }) => state);

it('is live from the hello on', () => {
  expect(last()).toMatchObject({ url: 'ws://host/ws', protocol: 'nanwatch.v1' });
  expect(states()).toEqual(['connecting']);
  last().say(HELLO);
  expect(states()).toEqual(['connecting', 'live']);
  expect(heard).toEqual([HELLO]);
});

it('comes back after a loss, ever more slowly, until it is heard again', () => {
  last().say(HELLO);
  for (const delayMs of [500, 1000, 2000]) {
    const opened = FakeWebSocket.opened.length;
    last().onclose?.();
    expect(connections.at(-1)).toEqual({ state: 'lost', retryAtMs: Date.now() + delayMs });
    vi.advanceTimersByTime(delayMs - 1);
    expect(FakeWebSocket.opened).toHaveLength(opened);
    vi.advanceTimersByTime(1);
    expect(FakeWebSocket.opened).toHaveLength(opened + 1);
    expect(connections.at(-1)).toMatchObject({ state: 'connecting' });
  }
  last().say(HELLO);
  vi.advanceTimersByTime(60_000);
  last().onclose?.();
  expect(connections.at(-1)).toEqual({ state: 'lost', retryAtMs: Date.now() + 500 });
});

it('gives up a handshake that is never answered', () => {
  vi.advanceTimersByTime(HELLO_TIMEOUT_MS);
  expect(FakeWebSocket.opened[0]?.closed).toBe(true);
  expect(states()).toEqual(['connecting', 'lost']);
});

it('tries at once when asked to, but never twice at the same time', () => {
  socket.retryNow();
  expect(FakeWebSocket.opened).toHaveLength(1);
  last().onclose?.();
  socket.retryNow();
  socket.retryNow();
  expect(FakeWebSocket.opened).toHaveLength(2);
  vi.advanceTimersByTime(5000);
  expect(FakeWebSocket.opened).toHaveLength(2);
});

it('does not come back once closed', () => {
  last().say(HELLO);
  socket.close();
  vi.advanceTimersByTime(60_000);
  expect(FakeWebSocket.opened).toHaveLength(1);
  expect(last().closed).toBe(true);
});

it('passes over what is no message', () => {
  expect(['{', '[]', '3', 'null', new ArrayBuffer(1)].map(parseMessage)).toEqual([null, null, null, null, null]);
});

it.each([
  ['http://127.0.0.1:9909/', 'ws://127.0.0.1:9909/ws'],
  ['https://ops.example/nanwatch/?a=1#run-x', 'wss://ops.example/nanwatch/ws'],
  ['http://host/base/index.html', 'ws://host/base/ws'],
])('the stream of the page at %s is at %s', (page, stream) => {
  expect(streamUrl(page)).toBe(stream);
});
