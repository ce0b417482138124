import type { VNode } from 'preact';
import { gistOf } from '../../view/gist.ts';
import type { RunView } from '../../view/wire.ts';
import { useReader } from '../reader.ts';
import { Chevron } from './chevron.tsx';

interface RunGistProps {
  readonly view: RunView;
  readonly open: boolean;
  /** Id of what it opens. */
  readonly controls: string;
  readonly onToggle: () => void;
}

/** How a run is configured, in a few words; a click opens the rest. */
export function RunGist({ view, open, controls, onToggle }: RunGistProps): VNode {
  const { words } = useReader();
  const gist = gistOf(view.context);
  return (
    <button
      type="button"
      class="gist"
      title={words.about}
      aria-expanded={open}
      aria-controls={open ? controls : undefined}
      onClick={onToggle}
    >
      <span class="unseen">{words.about}: </span>
      <svg class="chevron is-curve" viewBox="0 0 14 12" width="13" height="11" aria-hidden="true">
        <path d="M1.5 1v9.5h11.5M4 8l2.5-3.5 2 1.8L12.5 2" />
      </svg>
      {gist.length === 0 ? words.sourceCount(view.sources.length) : gist.join(' · ')}
      <Chevron />
    </button>
  );
}
