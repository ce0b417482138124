import type { VNode } from 'preact';

/** An eye that watches a loss curve: it falls, it breaks off, and the pupil is what should not be there. */
export function Logo(): VNode {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <rect class="logo-ground" width="32" height="32" rx="8" />
      <path class="logo-eye" d="M3.5 16C7 9.8 11.2 7 16 7s9 2.8 12.5 9c-3.5 6.2-7.7 9-12.5 9S7 22.2 3.5 16Z" />
      <path class="logo-curve" d="M9.5 11.5c1.6 5.2 3.2 7 6 7.3" />
      <circle class="logo-nan" cx="20.5" cy="15.5" r="2.6" />
    </svg>
  );
}
