const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Resolves at the first Ctrl-C (or SIGTERM, or the end of the terminal). Asking again while we are stopping changes
 * nothing: the children end in order; a third time leaves at once.
 */
export function untilStopSignal(): Promise<keyof typeof exitCodes> {
  return new Promise((resolve) => {
    let asked = 0;
    for (const signal of stopSignals) {
      process.on(signal, () => {
        asked += 1;
        if (asked >= 3) process.exit(exitCodes[signal]);
        resolve(signal);
      });
    }
  });
}
