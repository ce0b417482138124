import type { VNode } from 'preact';
import { useReader } from '../reader.ts';
import { Logo } from './logo.tsx';

/** Names of logs, as people know them. */
const FILES = ['trainer_log.jsonl', 'logging.jsonl', 'trainer_state.json', 'events.out.tfevents.*', '*.log', '*.out'];

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
        {FILES.map((file) => (
          <li key={file}>
            <code>{file}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
