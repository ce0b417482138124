import type { VNode } from 'preact';
import { useReader } from '../reader.ts';
import { drawTrail, type Trail } from '../trail.ts';

const WIDTH = 104;
const HEIGHT = 28;

/** The loss since the page was opened; a red bar where it was not finite. */
export function Sparkline({ trail }: { readonly trail: Trail }): VNode | null {
  const { words } = useReader();
  if (trail.length < 2) return null;
  const { path, marks, end } = drawTrail(trail, WIDTH, HEIGHT, 3);
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img">
      <title>{words.lossTrail}</title>
      {marks.length > 0 && <path class="spark-bad" d={marks.map((x) => `M${x} 2V${HEIGHT - 2}`).join('')} />}
      <path class="spark-line" d={path} />
      {end && <circle class="spark-end" cx={end.x} cy={end.y} r="2.2" />}
    </svg>
  );
}
