import type { VNode } from 'preact';
import { fromWire, type WireNumber } from '../../view/wire.ts';

interface ValueProps {
  readonly value: WireNumber | null | undefined;
  readonly format: (value: number) => string;
}

/** A number; loud when it is not finite, a dash when there is none. */
export function Value({ value, format }: ValueProps): VNode {
  if (value === null || value === undefined) return <span class="none">–</span>;
  const number = fromWire(value);
  if (!Number.isFinite(number)) return <strong class="nonfinite">{format(number)}</strong>;
  return <span>{format(number)}</span>;
}
