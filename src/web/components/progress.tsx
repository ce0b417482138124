import type { VNode } from 'preact';
import type { RunView } from '../../view/wire.ts';
import { formatCount, formatDuration, formatPercent } from '../format.ts';
import { useReader } from '../reader.ts';

export function Progress({ view }: { readonly view: RunView }): VNode {
  const { language, words } = useReader();
  const { last_step: step, max_steps: max, progress, remaining_seconds: remaining } = view;
  if (step === null && progress === null) return <span class="none">–</span>;
  return (
    <div class={`progress is-${view.state}`}>
      <div class="progress-text">
        <span>
          <b>{step === null ? '–' : formatCount(step)}</b>
          {max !== null && <span class="quiet"> / {formatCount(max)}</span>}
        </span>
        {progress !== null && <span>{formatPercent(progress)}</span>}
      </div>
      {progress !== null && <progress max={1} value={progress} aria-label={words.columns.progress} />}
      {view.state === 'running' && remaining !== null && (
        <div class="remaining">{words.left(formatDuration(remaining, language))}</div>
      )}
    </div>
  );
}
