import type { VNode } from 'preact';
import { useReader } from '../reader.ts';
import { Logo } from './logo.tsx';

/** No run was found so far: what one is waiting for. */
export function NothingYet(): VNode {
  const { words } = useReader();
  return (
    <section class="nothing-yet">
      <Logo />
      <h2>{words.nothingYet}</h2>
      <p>{words.watching}</p>
      <p class="quiet">{words.watchingMore}</p>
      <ul class="files">
        <li>
          <code>trainer_log.jsonl</code>
        </li>
      </ul>
    </section>
  );
}
