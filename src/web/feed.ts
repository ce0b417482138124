import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ServerMessage } from '../view/wire.ts';

export type FeedListener = (messages: readonly ServerMessage[]) => void;

/** Passes on what the agent says, for parts of the page that need every record and not only the last values. */
export class Feed {
  readonly #listeners = new Set<FeedListener>();

  /** Returns what ends the listening. */
  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(messages: readonly ServerMessage[]): void {
    for (const listener of this.#listeners) listener(messages);
  }
}

export const FeedContext = createContext(new Feed());

export function useFeed(): Feed {
  return useContext(FeedContext);
}
