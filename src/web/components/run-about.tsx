import type { VNode } from 'preact';
import type { IncidentView, RunView } from '../../view/wire.ts';
import { useReader } from '../reader.ts';
import { settingsOf } from '../setup.ts';
import { Breakable } from './breakable.tsx';
import { ChartsWhenLoaded } from './charts-when-loaded.tsx';
import { Sources } from './sources.tsx';

interface RunAboutProps {
  readonly view: RunView;
  readonly incidents: ReadonlyMap<string, IncidentView>;
}

/** A run opened: its charts, how it is configured, and what was read of it. */
export function RunAbout({ view, incidents }: RunAboutProps): VNode {
  const { words } = useReader();
  const settings = settingsOf(view.context, words);
  return (
    <div class="about">
      <ChartsWhenLoaded view={view} incidents={incidents} />
      <section>
        <h3>{words.configuration}</h3>
        {settings.length === 0 ? (
          <p class="quiet">{words.nothingKnown}</p>
        ) : (
          <dl class="settings">
            {settings.map(({ name, value }) => (
              <div key={name} class={`s-${name}`}>
                <dt>{words.settings[name]}</dt>
                <dd>
                  <Breakable text={value} />
                </dd>
              </div>
            ))}
          </dl>
        )}
      </section>
      {view.sources.length > 0 && <Sources sources={view.sources} />}
    </div>
  );
}
