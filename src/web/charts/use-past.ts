import { useEffect, useState } from 'preact/hooks';
import type { RunView } from '../../view/wire.ts';
import { useFeed } from '../feed.ts';
import type { History } from './history.ts';
import { Past, seriesUrl } from './past.ts';

export interface Shown {
  /** Null until the agent has answered. */
  readonly history: History | null;
  readonly problem: string | null;
  readonly retry: () => void;
}

/** The history of a run while its charts are open; a new object whenever there is something new to draw. */
export function usePast(view: RunView): Shown {
  const feed = useFeed();
  const [past, setPast] = useState<Past | null>(null);
  const [shown, setShown] = useState<Shown>({ history: null, problem: null, retry: () => {} });
  useEffect(() => {
    const begun = new Past(view.run, seriesUrl(view.run, document.baseURI), () =>
      setShown({ history: begun.history, problem: begun.problem, retry: () => begun.retry() }),
    );
    const end = feed.listen((messages) => begun.hear(messages));
    begun.ask();
    setPast(begun);
    return () => {
      end();
      begun.close();
    };
  }, [view.run, feed]);
  useEffect(() => past?.look(view), [past, view]);
  return shown;
}
