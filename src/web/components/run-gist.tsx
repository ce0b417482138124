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
      {gist.length === 0 ? words.sourceCount(view.sources.length) : gist.join(' · ')}
      <Chevron />
    </button>
  );
}
