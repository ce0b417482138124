/** How the process was asked to stop. */
export type StopRequest = 'interrupt' | 'terminate';

/**
 * Waits for Ctrl-C or SIGTERM. A second one while stopping ends the process at once.
 */
export function stopSignal(): Promise<StopRequest> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (request: StopRequest, signal: number) => () => {
      if (asked) process.exit(128 + signal);
      asked = true;
      resolve(request);
    };
    process.on('SIGINT', ask('interrupt', 2));
    process.on('SIGTERM', ask('terminate', 15));
  });
}

/** Time for what is due: Ctrl-C means at once. */
export function deliverMs(request: StopRequest): number {
  return request === 'interrupt' ? 500 : 8_000;
}
