import { fromWire, type WireNumber } from '../view/wire.ts';

/** Losses received while the page was open, oldest first; NaN and infinities stay in, they are what one looks for. */
export type Trail = readonly number[];

export const MAX_TRAIL = 200;

/** The trail with `losses` at its end; the oldest go when it is full. */
export function extendTrail(trail: Trail, losses: readonly number[]): Trail {
  return [...trail, ...losses].slice(-MAX_TRAIL);
}

export function firstTrail(loss: WireNumber | undefined): Trail {
  return loss === undefined ? [] : [fromWire(loss)];
}

export interface Drawing {
  /** One SVG path; broken wherever a value is not finite. */
  readonly path: string;
  /** Where values are not finite. */
  readonly marks: readonly number[];
  /** The newest value, when it is finite. */
  readonly end: { readonly x: number; readonly y: number } | null;
}

/** Lays a trail out in a box of `width` by `height` with `inset` free at each side; the newest value is at the right. */
export function drawTrail(trail: Trail, width: number, height: number, inset: number): Drawing {
  const finite = trail.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const range = high - low;
  const stride = (width - 2 * inset) / Math.max(trail.length - 1, 1);
  const x = (index: number): number => round(width - inset - (trail.length - 1 - index) * stride);
  const y = (value: number): number =>
    round(range > 0 ? inset + (1 - (value - low) / range) * (height - 2 * inset) : height / 2);

  let path = '';
  let penDown = false;
  const marks: number[] = [];
  for (const [index, value] of trail.entries()) {
    if (Number.isFinite(value)) {
      path += `${penDown ? 'L' : 'M'}${x(index)} ${y(value)}`;
      penDown = true;
    } else {
      marks.push(x(index));
      penDown = false;
    }
  }
  const newest = trail.at(-1);
  const end = newest !== undefined && Number.isFinite(newest) ? { x: x(trail.length - 1), y: y(newest) } : null;
  return { path, marks, end };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
