import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Severity } from '../../model/alert.ts';
import type { IncidentView } from '../../view/wire.ts';
import { COLUMNS, emptyColumns } from '../columns.ts';
import { useLimit } from '../limit.ts';
import { matches } from '../order.ts';
import { useReader } from '../reader.ts';
import type { RunEntry } from '../store.ts';
import { RunRow } from './run-row.tsx';
import { ShowMore } from './show-more.tsx';

/** So many rows are found by eye. */
const WITHOUT_FILTER = 8;
const AT_FIRST = 60;

interface RunsProps {
  readonly runs: readonly RunEntry[];
  readonly firing: ReadonlyMap<string, Severity>;
  readonly incidents: ReadonlyMap<string, IncidentView>;
}

export function Runs({ runs, firing, incidents }: RunsProps): VNode {
  const { words } = useReader();
  const [query, setQuery] = useState('');
  const wanted = query.trim() === '' ? runs : runs.filter((entry) => matches(entry, query.trim()));
  const { shown, hidden, showMore } = useLimit(wanted, AT_FIRST);
  const empty = emptyColumns(runs);
  return (
    <section aria-labelledby="runs-title">
      <div class="runs-head">
        <h2 id="runs-title">
          {words.runs}{' '}
          <span class="tally">{wanted.length === runs.length ? runs.length : `${wanted.length} / ${runs.length}`}</span>
        </h2>
        {(runs.length > WITHOUT_FILTER || query !== '') && (
          <input
            type="search"
            class="filter"
            placeholder={words.filter}
            aria-label={words.filter}
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        )}
      </div>
      {shown.length === 0 ? (
        <p class="no-match">{words.noMatch}</p>
      ) : (
        <div class="table-frame">
          <table class={['runs', ...empty.map((column) => `without-${column}`)].join(' ')}>
            <thead>
              <tr>
                {COLUMNS.map((column) => (
                  <th key={column} scope="col" class={`c-${column}`}>
                    {words.columns[column]}
                  </th>
                ))}
              </tr>
            </thead>
            {shown.map((entry) => (
              <RunRow
                key={entry.view.run}
                entry={entry}
                firing={firing.get(entry.view.run)}
                incidents={incidents}
                columns={COLUMNS.length - empty.length}
              />
            ))}
          </table>
        </div>
      )}
      <ShowMore hidden={hidden} showMore={showMore} />
    </section>
  );
}
