import { expect, test } from 'vitest';
import { configureReceiver, receiverOptions } from '../../../../src/notify/index.ts';
import { START_MS } from '../support.ts';
import { contextOf, lostWeights, overAgain } from './notices.ts';
import { type Answer, startServer } from './server.ts';

interface Alert {
  readonly labels: { readonly severity: string };
  readonly startsAt: string;
  readonly endsAt: string;
}

const NOW_MS = START_MS + 300_000;

async function start(answer: () => Answer = () => ({ status: 200 })) {
  const server = await startServer(answer);
  const options = receiverOptions.parse({ type: 'alertmanager', url: server.origin, resend_delay: '30s' });
  return {
    ...configureReceiver(options, 'en').receiver,
    posts: () =>
      server.requests.map(({ json }) =>
        (json as Alert[]).map(({ labels, endsAt }) => [labels.severity, (Date.parse(endsAt) - NOW_MS) / 1000]),
      ),
  };
}

const context = () => contextOf({ nowMs: NOW_MS });
const warning = () => {
  const notice = lostWeights({ severity: 'warning' });
  return { ...notice, labels: { ...notice.labels, severity: 'warning' } };
};

test('what fires is valid for four intervals, what is over ended when it did', async () => {
  const { send, posts, repeatMs } = await start();
  await send(lostWeights(), context());
  await send(overAgain(), context());
  expect(posts()).toEqual([[['critical', 120]], [['critical', -240]]]);
  expect(repeatMs).toBe(30_000);
});

test('of a severity that changed the alert before is over, once', async () => {
  const { send, posts } = await start();
  await send(warning(), context());
  await send(lostWeights(), context());
  await send(lostWeights(), context());
  expect(posts()).toEqual([
    [['warning', 120]],
    [
      ['critical', 120],
      ['warning', 0],
    ],
    [['critical', 120]],
  ]);
});

test('of a severity that changed the alert before is over once that has arrived', async () => {
  const answers = [200, 503, 200];
  const { send, posts } = await start(() => ({ status: answers.shift() ?? 200 }));
  await send(warning(), context());
  await send(lostWeights(), context());
  await send(lostWeights(), context());
  expect(posts().map((alerts) => alerts.length)).toEqual([1, 2, 2]);
});

test('requests come one after the other, so that nothing that fires arrives after its end', async () => {
  const { send, posts } = await start();
  await Promise.all([send(lostWeights(), context()), send(lostWeights(), context()), send(overAgain(), context())]);
  expect(posts().map(([first]) => first?.[1])).toEqual([120, 120, -240]);
});
