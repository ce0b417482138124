import type { VNode } from 'preact';

/** Points down, and up where something is open. */
export function Chevron(): VNode {
  return (
    <svg class="chevron" viewBox="0 0 12 12" width="10" height="10" aria-hidden="true">
      <path d="M2.5 4.5 6 8l3.5-3.5" />
    </svg>
  );
}
