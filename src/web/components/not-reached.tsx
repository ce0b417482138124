import type { VNode } from 'preact';
import { useReader } from '../reader.ts';
import type { Connection } from '../socket.ts';
import { Logo } from './logo.tsx';

/** The agent has said nothing since the page was opened. Blank for the moment that connecting usually takes. */
export function NotReached({ connection }: { readonly connection: Connection }): VNode | null {
  const { words } = useReader();
  if (connection.state === 'live' || (connection.state === 'connecting' && connection.failures === 0)) return null;
  return (
    <section class="nothing-yet">
      <Logo />
      <p class="quiet">{words.unreachableMore}</p>
    </section>
  );
}
