/**
 * Keeps calls away from a counterpart that does not answer. After `failures` failed calls in a row it is open for `openMs`;
 * then one call may try, and its outcome closes or reopens it.
 */
export interface CircuitBreaker {
  /** 0 = go ahead; otherwise how long to stay away. */
  waitMs(): number;
  succeeded(): void;
  failed(): void;
}

export interface BreakerLimits {
  failures: number;
  openMs: number;
}

export function createCircuitBreaker(limits: BreakerLimits, now: () => number): CircuitBreaker {
  let failuresInRow = 0;
  let openUntil = 0;
  let probing = false;
  return {
    waitMs() {
      if (failuresInRow < limits.failures) return 0;
      if (now() < openUntil) return openUntil - now();
      if (probing) return limits.openMs;
      probing = true;
      return 0;
    },
    succeeded() {
      failuresInRow = 0;
      probing = false;
    },
    failed() {
      failuresInRow += 1;
      probing = false;
      openUntil = now() + limits.openMs;
    },
  };
}
