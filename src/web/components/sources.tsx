import type { VNode } from 'preact';
import { groupSources, type SourceGroup } from '../../view/gist.ts';
import type { SourceView } from '../../view/wire.ts';
import { formatCount } from '../format.ts';
import { useReader } from '../reader.ts';
import { Breakable } from './breakable.tsx';
import { Chevron } from './chevron.tsx';

/** As many of one format are shown one by one. */
const UNFOLDED = 3;

/** The files that a run was read from. */
export function Sources({ sources }: { readonly sources: readonly SourceView[] }): VNode {
  const { words } = useReader();
  return (
    <section>
      <h3>
        {words.sources} <span class="tally">{sources.length}</span>
      </h3>
      <ul class="sources">
        <li class="source is-head" aria-hidden="true">
          <span>{words.file}</span>
          <span class="source-format">{words.format}</span>
          <span>{words.records}</span>
        </li>
        {groupSources(sources).map((group) =>
          group.sources.length > UNFOLDED ? (
            <FoldedSources key={group.format} group={group} />
          ) : (
            group.sources.map((source) => <Source key={source.path} source={source} />)
          ),
        )}
      </ul>
    </section>
  );
}

function Source({ source: { path, format, records } }: { readonly source: SourceView }): VNode {
  return (
    <li class="source">
      <code>
        <Breakable text={path} />
      </code>
      <span class="source-format">{format}</span>
      <span>{formatCount(records)}</span>
    </li>
  );
}

/** Each checkpoint brings a file that holds what those before it held. */
function FoldedSources({ group: { format, name, sources } }: { readonly group: SourceGroup }): VNode {
  const { words } = useReader();
  const most = Math.max(...sources.map(({ records }) => records));
  return (
    <li>
      <details class="folded-sources">
        <summary class="source">
          <span>
            <code>{name}</code> <b>× {sources.length}</b> <Chevron />
          </span>
          <span class="source-format">{format}</span>
          <span>{words.upTo(formatCount(most))}</span>
        </summary>
        <ul>
          {sources.map((source) => (
            <Source key={source.path} source={source} />
          ))}
        </ul>
      </details>
    </li>
  );
}
