import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paymentScheduleOf } from './payment-schedule.ts';
import { longRound, scheduleOf, shortRound, type RoundSize } from './schedule.ts';

/** What a seed plays: a whole day, or payments alone. */
export type Form = 'day' | 'payments';

const sizes = { short: shortRound, long: longRound };

/** A seed that failed once, as it is kept. */
export interface KeptSeed {
  seed: number;
  /** A whole day where it does not say. */
  form?: 'payments';
  /** Of a day: what it was played with. */
  size?: keyof typeof sizes;
  /** Mark of the schedule that failed: a generator that makes another one of the seed would leave the fixture without its fault. */
  schedule: string;
  broken: string[];
}

const keptFile = join(import.meta.dirname, 'kept-seeds.json');

export function allKept(): KeptSeed[] {
  return JSON.parse(readFileSync(keptFile, 'utf8')) as KeptSeed[];
}

/** Seeds that failed once; every run plays them again. */
export function keptSeeds(form: Form = 'day'): number[] {
  return allKept().filter((kept) => (kept.form ?? 'day') === form).map(({ seed }) => seed);
}

/** A day that failed is played again with as much as it failed with. */
export function sizeOfDay(seed: number, usual: RoundSize): RoundSize {
  const kept = allKept().find((entry) => entry.seed === seed && entry.form === undefined);
  return kept?.size === undefined ? usual : sizes[kept.size];
}

/** Keeps a day that failed, for the runs to come. */
export function keepDay(seed: number, size: RoundSize, broken: readonly string[]): void {
  const name = size === longRound ? 'long' : 'short';
  keep({ seed, size: name, schedule: scheduleMark({ seed, size: name }), broken: broken.slice(0, 5) });
}

export function keepPayments(seed: number, broken: readonly string[]): void {
  keep({ seed, form: 'payments', schedule: scheduleMark({ seed, form: 'payments' }), broken: broken.slice(0, 5) });
}

/** Of everything that the seed decides today. */
export function scheduleMark({ seed, form, size }: Pick<KeptSeed, 'seed' | 'form' | 'size'>): string {
  const schedule = form === 'payments' ? paymentScheduleOf(seed) : scheduleOf(seed, sizes[size ?? 'long']);
  return createHash('sha256').update(JSON.stringify(schedule)).digest('hex').slice(0, 16);
}

/** Where the sources cannot be written the seed is at least told: what it found must not be lost behind that. */
function keep(found: KeptSeed): void {
  const kept = allKept();
  if (kept.some(({ seed, form }) => seed === found.seed && form === found.form)) return;
  try {
    writeFileSync(keptFile, `${JSON.stringify([...kept, found], undefined, 2)}\n`);
  } catch (error) {
    console.error(`seed ${found.seed} failed and cannot be kept in ${keptFile}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
