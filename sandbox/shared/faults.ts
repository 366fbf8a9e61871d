import { z } from 'zod';

/** What a counterpart may do wrong. Reads know only `delay`, `fail-before-commit`, `drop-response`, `throttle` and `refuse`. */
export const faultKinds = [
  'delay', // waits `delayMs`, then works as usual
  'fail-before-commit', // answers `status`, nothing was done
  'fail-after-commit', // did it, then answers `status`
  'commit-late', // never answers; does it after the client has gone and has enquired once
  'drop-response', // did it, then closes the connection without an answer
  'throttle', // answers 429 with Retry-After, nothing was done
  'refuse', // answers 422, as to something that breaks a rule of its own; nothing was done
] as const;

/** Exactly one of `times` and `probability` (with a `seed`, so that a run can be repeated) says how often. */
export const faultRuleSchema = z
  .object({
    kind: z.enum(faultKinds),
    /** A route name such as `erp.invoices.post`, or a prefix of one such as `erp.invoices`; absent = every route. */
    route: z.string().optional(),
    times: z.number().int().positive().optional(),
    probability: z.number().min(0).max(1).optional(),
    seed: z.number().int().optional(),
    delayMs: z.number().int().nonnegative().default(50),
    status: z.number().int().min(500).max(599).default(503),
    retryAfterSeconds: z.number().int().nonnegative().default(1),
  })
  .strict()
  .refine((rule) => (rule.times === undefined) !== (rule.probability === undefined), 'name either times or probability')
  .refine((rule) => rule.probability === undefined || rule.seed !== undefined, 'a probability needs a seed');
export type FaultRule = z.infer<typeof faultRuleSchema>;

export interface FaultCount {
  id: number;
  rule: FaultRule;
  /** Requests that the rule applied to, and those it struck. */
  matched: number;
  injected: number;
}

export interface Faults {
  add(rule: FaultRule): FaultCount;
  clear(): void;
  /** The first rule that strikes this request, counted; none = work as usual. */
  draw(route: string): FaultRule | undefined;
  counts(): FaultCount[];
}

export function createFaults(): Faults {
  let active: (FaultCount & { chance: () => number })[] = [];
  let nextId = 1;
  return {
    add(rule) {
      const entry = { id: nextId++, rule, matched: 0, injected: 0, chance: seededChance(rule.seed ?? 0) };
      active.push(entry);
      return countOf(entry);
    },
    clear: () => {
      active = [];
    },
    draw(route) {
      for (const entry of active) {
        if (!applies(entry.rule, route)) continue;
        entry.matched += 1;
        const strikes = entry.rule.times !== undefined ? entry.injected < entry.rule.times : entry.chance() < (entry.rule.probability ?? 0);
        if (!strikes) continue;
        entry.injected += 1;
        return entry.rule;
      }
      return undefined;
    },
    counts: () => active.map(countOf),
  };
}

function applies(rule: FaultRule, route: string): boolean {
  return rule.route === undefined || route === rule.route || route.startsWith(`${rule.route}.`);
}

function countOf({ id, rule, matched, injected }: FaultCount): FaultCount {
  return { id, rule, matched, injected };
}

/** A small generator of numbers in [0, 1) that repeats itself for the same seed (mulberry32). */
function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
