/** At most `perSecond` calls a second on average, `burst` at once; a 429 holds all calls until its time has passed. */
export interface RateCap {
  /** Takes a place in the queue and says how long to wait for it; `undefined` where that would be longer than `patienceMs`. */
  take(patienceMs: number): number | undefined;
  /** How long a new call would have to wait. */
  waitMs(): number;
  holdFor(ms: number): void;
  /** How long a 429 still holds all calls, those that have a place among them. */
  heldMs(): number;
}

export interface RateLimits {
  perSecond: number;
  burst: number;
}

export function createRateCap(limits: RateLimits, now: () => number): RateCap {
  const interval = 1000 / limits.perSecond;
  /** When the next place would be free if the burst were used up: a leaky bucket that needs no timer. */
  let emptyAt = 0;
  let heldUntil = 0;
  return {
    waitMs,
    take(patienceMs) {
      const wait = waitMs();
      if (wait > patienceMs) return undefined;
      emptyAt = Math.max(emptyAt, now()) + interval;
      return wait;
    },
    holdFor(ms) {
      heldUntil = Math.max(heldUntil, now() + ms);
    },
    heldMs: () => Math.max(0, heldUntil - now()),
  };

  function waitMs(): number {
    return Math.max(0, emptyAt - (limits.burst - 1) * interval - now(), heldUntil - now());
  }
}
