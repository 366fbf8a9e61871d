import type { LineFault } from '../support/tcp-proxy.ts';

/** What happens in a round, in order; all of it follows from the seed alone. */
export interface Schedule {
  seed: number;
  strikes: { afterMs: number; fault: Fault }[];
  /** Pause before each document, and whether people have to approve it. */
  documents: { afterMs: number; approved: boolean }[];
}

/** What worker and API speak to over lines that can be struck. */
export type LineEnd = 'engine' | 'database' | 'counterparts';

/**
 * A part of ours that is killed, a line of the worker or (`of`) of the API, what becomes of the next write of a caller, or what a
 * counterpart does wrong; the ERP, where no route is named.
 */
export type Fault = { part: 'worker' | 'api' | 'database' | 'engine' } | { line: LineEnd; of?: 'api'; stallMs?: number } | { caller: LineFault } | { kind: string; route?: string; times: number; delayMs?: number; status?: number; retryAfterSeconds?: number };

/** What a stalled line to ERP and bank held back still reaches them a processing limit before their settle window is over. */
const faults: Fault[] = [
  { part: 'worker' }, { part: 'worker' }, { part: 'worker' }, { part: 'database' }, { part: 'engine' },
  { kind: 'drop-response', times: 2 }, { kind: 'fail-after-commit', times: 2, status: 500 }, { kind: 'commit-late', times: 1, delayMs: 200 },
  { kind: 'throttle', times: 2, retryAfterSeconds: 1 }, { kind: 'fail-before-commit', times: 2, status: 503 },
  { route: 'bank.files.post', kind: 'drop-response', times: 1 }, { route: 'bank.files.post', kind: 'fail-after-commit', times: 1, status: 500 },
  { line: 'engine' }, { line: 'database' }, { line: 'counterparts' },
  { line: 'engine', stallMs: 3_000 }, { line: 'database', stallMs: 3_000 }, { line: 'counterparts', stallMs: 2_500 },
  { route: 'bank.files.post', kind: 'commit-late', times: 1, delayMs: 200 }, { route: 'erp.payments.post', kind: 'drop-response', times: 1 },
  { part: 'api' }, { line: 'engine', of: 'api' }, { line: 'database', of: 'api' }, { line: 'database', of: 'api', stallMs: 3_000 }, { line: 'engine', of: 'api', stallMs: 3_000 },
  { caller: { kind: 'cut-answer' } }, { caller: { kind: 'cut-request' } }, { caller: { kind: 'repeat' } }, { caller: { kind: 'repeat' } }, { caller: { kind: 'delay', ms: 1_500 } },
];

export interface RoundSize {
  documents: number;
  faults: number;
}

/** `npm test` plays short rounds, `npm run faults` long ones. */
export const shortRound: RoundSize = { documents: 15, faults: 5 };
export const longRound: RoundSize = { documents: 200, faults: 10 };

export function scheduleOf(seed: number, size: RoundSize): Schedule {
  const random = generator(seed);
  const strikes = Array.from({ length: size.faults }, () => ({ afterMs: Math.floor(100 + random() * 1_500), fault: faults[Math.floor(random() * faults.length)] as Fault }));
  const documents = Array.from({ length: size.documents }, () => ({ afterMs: Math.floor(random() * 150), approved: random() < 0.2 }));
  return { seed, strikes, documents };
}

/** Of a list in the settings; it may name none. */
export function seedsIn(list: string): number[] {
  return list.split(',').filter((text) => /^\d+$/.test(text)).map(Number);
}

export function nameOf(fault: Fault): string {
  if ('part' in fault) return fault.part;
  if ('line' in fault) return `line ${fault.of === undefined ? '' : `of ${fault.of} `}to ${fault.line} ${fault.stallMs === undefined ? 'cut' : 'stalled'}`;
  if ('caller' in fault) return `caller ${fault.caller.kind}`;
  return fault.route === undefined ? fault.kind : `${fault.route.split('.').slice(0, 2).join(' ')} ${fault.kind}`;
}

/** A small generator with a seed, so that a failing schedule can be played again. */
export function generator(start: number): () => number {
  let state = start >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  next(); // neighbouring seeds begin with neighbouring numbers
  return next;
}
