/** Says when to look again, and where. It may say so too often, too late or never: truth is the file itself. */
export interface Waker {
  /**
   * Begins to watch a folder that exists: its entries, not what is deeper. A folder that is watched already is watched
   * anew, since another one may stand under its name.
   *
   * @param wake called with the absolute path of what may have changed: an entry, or the folder itself, which stands
   * for all its entries
   */
  watch(folder: string, wake: (path: string) => void): void;
  unwatch(folder: string): void;
  close(): Promise<void>;
}

/** Never says anything: everything is found by polling. */
export const NO_WAKER: Waker = {
  watch() {},
  unwatch() {},
  async close() {},
};
