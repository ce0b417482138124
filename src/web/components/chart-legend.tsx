import type { VNode } from 'preact';
import { wireNumber } from '../../view/wire.ts';
import { type Table, valueAt } from '../charts/table.ts';
import { useReader } from '../reader.ts';
import { Value } from './value.tsx';

interface ChartLegendProps {
  readonly table: Table;
  /** Place among its steps whose values are said. */
  readonly place: number;
}

/** The curves of a chart with their values at one step, and what else is drawn there. */
export function ChartLegend({ table: { columns, marks }, place }: ChartLegendProps): VNode {
  const { words } = useReader();
  return (
    <ul class="legend">
      {columns.map((column, index) => {
        const value = valueAt(column, place);
        if (column.values.every((one) => one === undefined)) return null;
        return (
          <li key={column.line.name}>
            <span class={`swatch is-line-${index + 1}`} />
            {words.lines[column.line.name]}{' '}
            <Value value={value === undefined ? null : wireNumber(value)} format={column.line.format} />
          </li>
        );
      })}
      {marks.some(({ kind }) => kind === 'not-finite') && (
        <li>
          <span class="swatch is-not-finite" />
          {words.notFinite}
        </li>
      )}
      {marks.some(({ kind }) => kind === 'zero') && (
        <li>
          <span class="swatch is-zero" />
          {words.zero}
        </li>
      )}
      {columns.some(({ before }) => before.some((cell) => cell !== undefined)) && (
        <li>
          <span class="swatch is-before" />
          {words.earlierAttempt}
        </li>
      )}
    </ul>
  );
}
