/** Says when to look again, and where. It may say so too often, too late or never: truth is the file itself. */
export interface Waker {
  /**
   * Begins to watch a folder or file that exists.
   *
   * @param wake called with the absolute path of what may have changed
   */
  watch(path: string, wake: (path: string) => void): void;
  close(): Promise<void>;
}

/** Never says anything: everything is found by polling. */
export const NO_WAKER: Waker = {
  watch() {},
  async close() {},
};
