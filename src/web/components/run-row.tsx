import type { ComponentChildren, VNode } from 'preact';
import { useId, useMemo, useState } from 'preact/hooks';
import type { Severity } from '../../model/alert.ts';
import { fromWire, type IncidentView, type RunView } from '../../view/wire.ts';
import { runAnchor } from '../anchor.ts';
import type { Column } from '../columns.ts';
import {
  formatEpoch,
  formatGib,
  formatLearningRate,
  formatLoss,
  formatNumber,
  formatRate,
  formatStepTime,
} from '../format.ts';
import { type Reader, useReader } from '../reader.ts';
import type { RunEntry } from '../store.ts';
import { Age } from './age.tsx';
import { Icon } from './icon.tsx';
import { Progress } from './progress.tsx';
import { RunAbout } from './run-about.tsx';
import { RunGist } from './run-gist.tsx';
import { Sparkline } from './sparkline.tsx';
import { StateBadge } from './state-badge.tsx';
import { Value } from './value.tsx';

interface RunRowProps {
  readonly entry: RunEntry;
  /** The worst that fires. */
  readonly firing: Severity | undefined;
  /** Of all runs. */
  readonly incidents: ReadonlyMap<string, IncidentView>;
  /** How many columns the table shows. */
  readonly columns: number;
}

/** A run: a table row on wide screens, a card on narrow ones, with more below on demand. */
export function RunRow({ entry, firing, incidents, columns }: RunRowProps): VNode {
  const { view } = entry;
  const reader = useReader();
  const [open, setOpen] = useState(false);
  const about = useId();
  const gist = useMemo(
    () => <RunGist view={view} open={open} controls={about} onToggle={() => setOpen((was) => !was)} />,
    [view.context, view.sources.length, open, about, reader],
  );
  // drawn anew only when the run changed
  const row = useMemo(() => drawRow(entry, firing, gist, reader), [entry, firing, gist, reader]);
  // what the button does, for a pointer anywhere in the row
  const rowClick = ({ target }: Event): void => {
    const isElsewhere = target instanceof Element && target.closest('a, button') === null;
    if (isElsewhere && getSelection()?.isCollapsed !== false) setOpen((was) => !was);
  };
  return (
    <tbody id={runAnchor(view.run)} class={firing === undefined ? 'run' : `run is-${firing}`}>
      <tr class="run-row" onClick={rowClick}>
        {row}
      </tr>
      {open && (
        <tr id={about} class="about-row">
          <td colSpan={columns}>
            <RunAbout view={view} incidents={incidents} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

function drawRow(
  { view, trail }: RunEntry,
  firing: Severity | undefined,
  gist: VNode,
  { language, words }: Reader,
): VNode {
  const { values } = view;
  return (
    <>
      <th scope="row" class="c-run">
        <span class="run-name" title={view.run}>
          <bdi>{view.run}</bdi>
        </span>
        <span class="run-meta">
          {firing !== undefined && <Icon shape={firing} size={14} />}
          <StateBadge state={view.state} />
          {view.attempts > 1 && <span class="attempts">{words.attempts(view.attempts)}</span>}
          {gist}
        </span>
      </th>
      <Cell column="progress" label={words.columns.progress} empty={view.last_step === null && view.progress === null}>
        <Progress view={view} />
      </Cell>
      <Cell column="loss" label={words.columns.loss}>
        <div class="loss">
          <Value value={values.loss} format={formatLoss} />
          <Sparkline trail={trail} />
        </div>
      </Cell>
      <Cell column="eval_loss" label={words.columns.eval_loss} empty={values.eval_loss === undefined}>
        <Value value={values.eval_loss} format={formatLoss} />
      </Cell>
      <Cell column="grad_norm" label={words.columns.grad_norm} empty={values.grad_norm === undefined}>
        <Value value={values.grad_norm} format={formatNumber} />
      </Cell>
      <Cell column="learning_rate" label={words.columns.learning_rate} empty={values.learning_rate === undefined}>
        <Value value={values.learning_rate} format={formatLearningRate} />
      </Cell>
      <Cell column="epoch" label={words.columns.epoch} empty={values.epoch === undefined}>
        <Value value={values.epoch} format={formatEpoch} />
      </Cell>
      <Cell column="tokens" label={words.columns.tokens} empty={values.tokens_per_second === undefined}>
        <Value value={values.tokens_per_second} format={formatRate} />
      </Cell>
      <Cell column="vram" label={words.columns.vram} empty={vramOf(view) === null}>
        {vramOf(view) ?? <Value value={null} format={formatGib} />}
      </Cell>
      <Cell column="pace" label={words.columns.pace} empty={view.seconds_per_step === null}>
        <Value value={view.seconds_per_step} format={(seconds) => formatStepTime(seconds, language)} />
      </Cell>
      <Cell column="age" label={words.columns.age} empty={view.last_record_at === null}>
        {view.last_record_at === null ? (
          '–'
        ) : (
          <Age since={view.last_record_at} say={words.ago} atFirst={words.justNow} />
        )}
      </Cell>
    </>
  );
}

interface CellProps {
  readonly column: Column;
  readonly label: string;
  readonly empty?: boolean;
  readonly children: ComponentChildren;
}

/** The label is for cards, which have no head. */
function Cell({ column, label, empty = false, children }: CellProps): VNode {
  return (
    <td class={`c-${column}${empty ? ' is-empty' : ''}`}>
      <span class="label" aria-hidden="true">
        {label}
      </span>
      {children}
    </td>
  );
}

/** `21.3 / 23.1`: allocated of reserved. */
function vramOf({ values }: RunView): string | null {
  const parts = [values.vram_allocated_bytes, values.vram_reserved_bytes].flatMap((bytes) =>
    bytes === undefined ? [] : [formatGib(fromWire(bytes))],
  );
  return parts.length === 0 ? null : parts.join(' / ');
}
