import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { readSettings } from '../../temporal-config/settings.ts';
import { describeWithServices } from '../support/services.ts';
import { openPaymentHouse, type PaymentHouse } from './payment-house.ts';
import { playPayments } from './payment-round.ts';
import { paymentScheduleOf, sparesServices } from './payment-schedule.ts';
import { keepPayments, keptSeeds } from './kept-seeds.ts';
import { addRound } from './report.ts';
import type { Round } from './round.ts';
import { seedsIn } from './schedule.ts';

/**
 * P7 under random schedules: payment runs are struck between the bank's commit and its answer, at any stage, and by everything that banks do.
 * Whatever happens, the bank's own books hold one payment for each document. Many seeds share a house; one that fails leaves it for good.
 */
const { faultPaymentSeeds, faultReport, faultRevision = 'unknown' } = readSettings();
const isLong = faultPaymentSeeds !== undefined;
/** So many seeds a house: its books stay small, and so does the work of the judge. */
const seedsAHouse = 25;
/** Houses side by side: a seed is mostly waiting. */
const lanes = [0, 1, 2, 3, 4, 5];

const minute = Math.floor(Date.now() / 60_000);
/** Short: one seed that is always the same, two in turn of those that failed once, and one that is new each minute; none of them kills what other tests share. Long: those that were asked for. */
const seeds = isLong ? seedsIn(faultPaymentSeeds) : [1, ...inTurn(keptSeeds('payments').filter(isPlayableHere), 2), anew(10_000 + (minute % 90_000))];
const shares = lanes.map((lane) => [...new Set(seeds)].filter((_seed, at) => at % lanes.length === lane)).filter((share) => share.length > 0);

function inTurn(all: readonly number[], count: number): number[] {
  return all.filter((_seed, at) => (at - minute + all.length * minute) % all.length < count);
}

function isPlayableHere(seed: number): boolean {
  return sparesServices(paymentScheduleOf(seed));
}

function anew(seed: number): number {
  return isPlayableHere(seed) ? seed : anew(seed + 1);
}

describeWithServices('payments under random schedules', () => {
  it.concurrent.each(shares.map((share) => [share.length, share[0], share] as const))('F3, F13, F16: %i seeds from %i on; I1–I9 hold after each', async (_count, _first, share) => {
    let playing: PaymentHouse | undefined;
    const failed: { seed: number; again: string; broken: string[] }[] = [];
    try {
      for (const [at, seed] of share.entries()) {
        if (at % seedsAHouse === 0) {
          await playing?.dispose();
          playing = undefined;
        }
        playing ??= await openPaymentHouse({ ownServices: isLong });
        const broken = await play(playing, seed);
        if (broken.length === 0) continue;
        failed.push({ seed, again: `npm run faults -- --payment-seed ${seed}`, broken });
        keepPayments(seed, broken);
        await playing.dispose();
        playing = undefined;
      }
    } finally {
      await playing?.dispose();
    }
    expect(failed).toEqual([]);
  }, 24 * 3_600_000);
});

/** What was broken. A seed that could not be played to its end has failed, and is not in the report: it is played again. */
async function play(playing: PaymentHouse, seed: number): Promise<string[]> {
  const began = Date.now();
  try {
    const round = await playPayments(playing, seed);
    tell(round, Date.now() - began);
    if (round.judgement.broken.length > 0) await keepEvidence(playing, round);
    return round.judgement.broken;
  } catch (error) {
    return [`not played to its end: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`];
  }
}

function tell(round: Round, ms: number): void {
  if (faultReport !== undefined) addRound(faultReport, faultRevision, round);
  console.log(`payments, seed ${round.seed}: ${round.documents} documents, ${round.judgement.paid} payments, ${(ms / 1_000).toFixed(1)} s; ${round.faults.join(', ')}; ${round.judgement.broken.length === 0 ? 'all holds' : round.judgement.broken.join('; ')}`);
}

/** What the bank and the ERP were asked in a failed seed, beside the report. */
async function keepEvidence({ house }: PaymentHouse, round: Round): Promise<void> {
  if (faultReport === undefined) return;
  const folder = join(dirname(faultReport), `payment-seed-${round.seed}`);
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: unknown) => writeFileSync(join(folder, name), JSON.stringify(content, undefined, 1));
  write('schedule.json', { ...paymentScheduleOf(round.seed), broken: round.judgement.broken });
  write('requests.json', (await house.sandbox.get<{ items: { route: string }[] }>('/_sandbox/requests')).items.filter(({ route }) => !/read$/.test(route)));
  write('bank.json', await house.sandbox.bankLedger());
}
