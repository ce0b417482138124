import type { VNode } from 'preact';
import { formatAge } from '../format.ts';
import { useReader } from '../reader.ts';
import type { Connection } from '../socket.ts';
import { useTicking } from '../ticking.ts';
import { Icon } from './icon.tsx';

interface NoticesProps {
  readonly connection: Connection;
  /** There is something on the page that may be out of date. */
  readonly known: boolean;
  readonly updated: boolean;
  readonly onRetry: () => void;
}

/** What stands between the reader and the live state. */
export function Notices({ connection, known, updated, onRetry }: NoticesProps): VNode {
  const { words } = useReader();
  const trying = connection.state === 'connecting' && connection.failures > 0;
  return (
    <div class="notices" role="status">
      {(connection.state === 'lost' || trying) && (
        <div class="notice is-warning">
          <Icon shape="warning" />
          <p>
            <b>{known ? words.connectionLost : words.unreachable}</b> {known && words.stale}
          </p>
          {connection.state === 'lost' && <NextAttempt atMs={connection.retryAtMs} />}
          <button type="button" class="button" onClick={onRetry} disabled={trying}>
            {words.retryNow}
          </button>
        </div>
      )}
      {updated && (
        <div class="notice is-info">
          <Icon shape="info" />
          <p>{words.updated}</p>
          <button type="button" class="button" onClick={() => location.reload()}>
            {words.reload}
          </button>
        </div>
      )}
    </div>
  );
}

/** Silent for screen readers: a countdown in a status would be read every second. */
function NextAttempt({ atMs }: { readonly atMs: number }): VNode {
  const { language, words } = useReader();
  const text = useTicking((nowMs) => words.retryIn(formatAge(Math.ceil((atMs - nowMs) / 1000), language)));
  return (
    <span class="age" aria-hidden="true">
      {text}
    </span>
  );
}
