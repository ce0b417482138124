import type { VNode } from 'preact';
import type { RunView } from '../../view/wire.ts';
import { useReader } from '../reader.ts';
import { settingsOf } from '../setup.ts';
import { Breakable } from './breakable.tsx';
import { Sources } from './sources.tsx';

/** How a run is configured, and what was read of it. */
export function RunAbout({ view }: { readonly view: RunView }): VNode {
  const { words } = useReader();
  const settings = settingsOf(view.context, words);
  return (
    <div class="about">
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
