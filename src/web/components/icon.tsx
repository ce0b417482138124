import type { VNode } from 'preact';
import type { Severity } from '../../model/alert.ts';

/** A shape per severity, so that colour is never the only difference. */
const SHAPES: Readonly<Record<Severity | 'good', string>> = {
  critical: 'M6.5 1.5h7l5 5v7l-5 5h-7l-5-5v-7zM10 5.5v5.5M10 14.2v.1',
  warning: 'M10 2 18.5 17h-17zM10 7.5v4.5M10 14.5v.1',
  info: 'M10 1.5a8.5 8.5 0 1 0 .01 0zM10 9.2v5M10 5.9v.1',
  good: 'M10 1.5a8.5 8.5 0 1 0 .01 0zM6.2 10.3l2.6 2.6 5-5.4',
};

interface IconProps {
  readonly shape: Severity | 'good';
  readonly size?: number;
}

export function Icon({ shape, size = 20 }: IconProps): VNode {
  return (
    <svg class={`icon is-${shape}`} viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <path d={SHAPES[shape]} />
    </svg>
  );
}
