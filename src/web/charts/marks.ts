import uPlot from 'uplot';
import type { Dress } from './dress.ts';
import type { Span } from './spans.ts';
import type { Mark } from './table.ts';

/** Shades the steps of incidents, under the curves. */
export function drawSpans(plot: uPlot, spans: readonly Span[], dress: Dress): void {
  const { ctx } = plot;
  const ratio = uPlot.pxRatio;
  for (const { severity, first, last } of spans) {
    const from = placeOf(plot, first);
    const width = Math.max(placeOf(plot, last) - from, 2 * ratio);
    ctx.fillStyle = dress[severity];
    // what is only said may last for the whole run
    ctx.globalAlpha = severity === 'info' ? 0.05 : 0.11;
    ctx.fillRect(from, plot.bbox.top, width, plot.bbox.height);
    ctx.globalAlpha = 0.75;
    ctx.fillRect(from, plot.bbox.top - 4 * ratio, width, 3 * ratio);
  }
  ctx.globalAlpha = 1;
}

/** A broken line where another attempt began. */
export function drawStarts(plot: uPlot, starts: readonly number[], dress: Dress): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = dress.text;
  ctx.lineWidth = uPlot.pxRatio;
  ctx.setLineDash([3 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
  ctx.beginPath();
  for (const step of starts) {
    const x = placeOf(plot, step);
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  ctx.stroke();
  ctx.restore();
}

/** What cannot be drawn as a point: a red line from top to bottom for NaN and infinities, a stub at the foot for 0 on a logarithmic axis. */
export function drawMarks(plot: uPlot, marks: readonly Mark[], dress: Dress): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const foot = bbox.top + bbox.height;
  const drawn = new Set<string>();
  for (const { step, kind } of marks) {
    const x = placeOf(plot, step);
    const key = `${kind} ${x}`;
    if (drawn.has(key)) continue;
    drawn.add(key);
    ctx.fillStyle = kind === 'zero' ? dress.warning : dress.critical;
    if (kind === 'not-finite') {
      ctx.globalAlpha = 0.4;
      ctx.fillRect(x - ratio / 2, bbox.top, ratio, bbox.height);
    }
    ctx.globalAlpha = 1;
    ctx.fillRect(x - ratio, foot - 7 * ratio, 2 * ratio, 7 * ratio);
  }
}

/** The pixel of a step, within the plot. */
function placeOf(plot: uPlot, step: number): number {
  const { left, width } = plot.bbox;
  const x = Number.isFinite(step) ? plot.valToPos(step, 'x', true) : left + width;
  return Math.round(Math.min(Math.max(x, left), left + width));
}
