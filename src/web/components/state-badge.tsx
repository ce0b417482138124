import type { VNode } from 'preact';
import type { RunState } from '../../model/run-state.ts';
import { useReader } from '../reader.ts';

export function StateBadge({ state }: { readonly state: RunState }): VNode {
  const { words } = useReader();
  return (
    <span class={`state is-${state}`}>
      <span class="dot" />
      {words.states[state]}
    </span>
  );
}
