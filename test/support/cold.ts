import { NO_WAKER } from '../../src/tail/waker.ts';
import { Watch } from '../conformance/watch.ts';

/** What an agent that starts now and stops at once knows of the runs under `folder`. */
export async function readCold(folder: string, nowMs = Date.now()): Promise<Watch> {
  const watch = new Watch({ paths: [folder], poll: true, waker: NO_WAKER, now: () => nowMs });
  watch.tail.tick(nowMs);
  watch.tail.drain(nowMs);
  await watch.stop(nowMs);
  return watch;
}
