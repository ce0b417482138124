import type { ComponentChildren, VNode } from 'preact';
import { SEVERITIES } from '../../model/alert.ts';
import { RUN_STATES } from '../../model/run-state.ts';
import { useReader } from '../reader.ts';
import type { Connection } from '../socket.ts';
import type { PageState } from '../store.ts';
import { Icon } from './icon.tsx';
import { Logo } from './logo.tsx';

interface HeaderProps {
  readonly state: PageState;
  readonly connection: Connection;
  readonly children: ComponentChildren;
}

export function Header({ state, connection, children }: HeaderProps): VNode {
  const { words } = useReader();
  const live = connection.state === 'live';
  const again = state.version !== null && !live;
  return (
    <header class="top">
      <div class="brand">
        <Logo />
        <h1>nanwatch</h1>
        {state.version !== null && <span class="version">{state.version}</span>}
        <span class={live ? 'link is-live' : 'link'}>
          <span class="dot" />
          {live ? words.live : again ? words.reconnecting : words.connecting}
        </span>
      </div>
      <Counts state={state} />
      <div class="switches">{children}</div>
    </header>
  );
}

function Counts({ state }: { readonly state: PageState }): VNode {
  const { words } = useReader();
  const runs = [...state.runs.values()];
  const leading = [...state.incidents.values()].filter((one) => one.status === 'firing' && one.inhibited_by === null);
  const worst = SEVERITIES.findLast((severity) => leading.some((one) => one.severity === severity));
  return (
    <ul class="counts">
      {worst !== undefined && (
        <li class={`count is-open is-${worst}`}>
          <Icon shape={worst} size={14} />
          {words.alertsFiring(leading.length)}
        </li>
      )}
      {RUN_STATES.map((name) => {
        const count = runs.filter(({ view }) => view.state === name).length;
        return count === 0 ? null : (
          <li key={name} class={`count is-${name}`}>
            <span class="dot" />
            <b>{count}</b> {words.states[name]}
          </li>
        );
      })}
    </ul>
  );
}
