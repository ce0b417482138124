import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Language } from '../format.ts';
import { firingByRun, orderRuns, troublesOf } from '../order.ts';
import { READERS, ReaderContext } from '../reader.ts';
import { applyTheme, chosenLanguage, chosenTheme, keepLanguage, keepTheme, type Theme } from '../settings.ts';
import type { Connection } from '../socket.ts';
import type { PageState } from '../store.ts';
import { Announcer } from './announcer.tsx';
import { Calm } from './calm.tsx';
import { Header } from './header.tsx';
import { Incidents } from './incidents.tsx';
import { LanguageSwitch } from './language-switch.tsx';
import { NotReached } from './not-reached.tsx';
import { NothingYet } from './nothing-yet.tsx';
import { Notices } from './notices.tsx';
import { Resolved } from './resolved.tsx';
import { Runs } from './runs.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

interface AppProps {
  readonly state: PageState;
  readonly connection: Connection;
  readonly onRetry: () => void;
}

export function App({ state, connection, onRetry }: AppProps): VNode {
  const [language, setLanguage] = useState<Language>(chosenLanguage);
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  useEffect(() => {
    document.documentElement.lang = language;
    keepLanguage(language);
  }, [language]);
  useEffect(() => {
    applyTheme(theme);
    keepTheme(theme);
  }, [theme]);

  const live = connection.state === 'live';
  const { runs, incidents } = state;
  const open = useMemo(() => troublesOf(incidents.values(), 'firing'), [incidents]);
  const resolved = useMemo(() => troublesOf(incidents.values(), 'resolved'), [incidents]);
  const firing = useMemo(() => firingByRun(incidents.values()), [incidents]);
  const ordered = useMemo(() => orderRuns(runs.values(), firing), [runs, firing]);
  useEffect(() => {
    document.title = open.length > 0 ? `(${open.length}) nanwatch` : 'nanwatch';
  }, [open.length]);

  return (
    <ReaderContext.Provider value={READERS[language]}>
      <Header state={state} connection={connection}>
        <LanguageSwitch value={language} onChange={setLanguage} />
        <ThemeSwitch value={theme} onChange={setTheme} />
      </Header>
      <Notices connection={connection} known={state.version !== null} updated={state.updated} onRetry={onRetry} />
      <main class={live ? undefined : 'is-stale'}>
        {open.length > 0 && <Incidents troubles={open} />}
        {open.length === 0 && runs.size > 0 && <Calm runs={ordered} live={live} />}
        {resolved.length > 0 && <Resolved troubles={resolved} />}
        {runs.size > 0 && <Runs runs={ordered} firing={firing} incidents={incidents} />}
        {runs.size === 0 && state.version !== null && <NothingYet />}
        {state.version === null && <NotReached connection={connection} />}
      </main>
      {state.version !== null && <Announcer open={open} incidents={incidents} />}
    </ReaderContext.Provider>
  );
}
