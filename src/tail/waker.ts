/** Called with the absolute path of what may have changed: an entry, or the folder itself, which stands for all of them. */
export type Wake = (path: string) => void;

/** Says when to look again, and where. It may say so too often, too late or never: truth is the file itself. */
export interface Waker {
  /**
   * Begins to watch a folder that exists: its entries, not what is deeper. A folder that is watched already is watched
   * anew, since another one may stand under its name.
   */
  watch(folder: string, wake: Wake): void;
  unwatch(folder: string): void;
  /** Whether this folder is to be watched and cannot be now: no events are to be expected. It may heal by itself. */
  isDeaf(folder: string): boolean;
  close(): Promise<void>;
}

/** Never says anything: everything is found by polling. */
export const NO_WAKER: Waker = {
  watch() {},
  unwatch() {},
  isDeaf: () => false,
  async close() {},
};
