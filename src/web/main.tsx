import { render } from 'preact';
import type { ServerMessage } from '../view/wire.ts';
import { FrameBatch } from './batch.ts';
import { App } from './components/app.tsx';
import { Feed, FeedContext } from './feed.ts';
import { type Connection, LiveSocket, streamUrl } from './socket.ts';
import { NOTHING_YET, reduce } from './store.ts';

const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no element with the id "page"');

let state = NOTHING_YET;
let connection: Connection = { state: 'connecting', failures: 0 };

const feed = new Feed();

function draw(): void {
  render(
    <FeedContext.Provider value={feed}>
      <App state={state} connection={connection} onRetry={() => socket.retryNow()} />
    </FeedContext.Provider>,
    root as HTMLElement,
  );
}

const batch = new FrameBatch<ServerMessage>((messages) => {
  state = reduce(state, messages, Date.now());
  draw();
  feed.tell(messages);
});

const socket = new LiveSocket(streamUrl(document.baseURI), {
  onMessage: (message) => batch.add(message),
  onConnection: (changed) => {
    connection = changed;
    draw();
  },
});

socket.connect();
window.addEventListener('online', () => socket.retryNow());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') socket.retryNow();
});
