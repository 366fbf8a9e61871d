import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allKept, scheduleMark } from './kept-seeds.ts';
import { addMeasured, addNotPlayed, addPlayed, addRound, faultsHeld, rowsOf, seedsToPlay } from './report.ts';
import { moments, paymentScheduleOf, sparesServices } from './payment-schedule.ts';
import type { Round } from './round.ts';
import { longRound, nameOf, scheduleOf, shortRound } from './schedule.ts';

const round = (seed: number, broken: string[] = [], recoveryMs = 1_000): Round => ({
  seed, documents: 30, faults: ['worker', 'throttle'], attempted: 40, recoveryMs, judgement: { broken, cases: 30, posted: 30, paid: 4, attempted: 40, repeatsSuppressed: seed },
});

describe('the schedule of a seed', () => {
  it('is the same each time, and another for another seed', () => {
    expect(scheduleOf(7, shortRound)).toEqual(scheduleOf(7, shortRound));
    expect(scheduleOf(7, shortRound).strikes).not.toEqual(scheduleOf(8, shortRound).strikes);
  });

  it('covers every fault in twenty long seeds', () => {
    const named = new Set(Array.from({ length: 20 }, (_, seed) => scheduleOf(seed + 1, longRound).strikes.map(({ fault }) => nameOf(fault))).flat());
    const parts = ['api', 'database', 'engine', 'worker'];
    const lines = ['line of api to database', 'line of api to engine', 'line to counterparts', 'line to database', 'line to engine'].flatMap((line) => [`${line} cut`, `${line} stalled`]);
    const callers = ['caller cut-answer', 'caller cut-request', 'caller delay', 'caller repeat'];
    const erp = ['commit-late', 'drop-response', 'fail-after-commit', 'fail-before-commit', 'throttle', 'erp payments drop-response'];
    const bank = ['bank files commit-late', 'bank files drop-response', 'bank files fail-after-commit'];
    expect([...named].sort()).toEqual([...parts, ...lines, ...callers, ...erp, ...bank].sort());
  });
});

describe('the schedule of a seed of payments', () => {
  const schedules = Array.from({ length: 200 }, (_, seed) => paymentScheduleOf(seed + 1));

  it('is the same each time, and another for another seed', () => {
    expect(paymentScheduleOf(7)).toEqual(paymentScheduleOf(7));
    expect(new Set(schedules.map((schedule) => JSON.stringify({ ...schedule, seed: 0 }))).size).toBe(schedules.length);
  });

  it('covers every behaviour of the bank, every fault of a call and every part', () => {
    expect([...new Set(schedules.flatMap(({ behaviours }) => behaviours.map(({ rule }) => rule.kind)))].sort()).toEqual(['batch-booking', 'late', 'omit-from-statement', 'reject', 'repeat', 'return', 'silent']);
    expect([...new Set(schedules.flatMap(({ strikes }) => strikes.map(({ fault }) => nameOf(fault))))].sort()).toEqual(['database', 'engine', 'line to counterparts cut', 'line to counterparts stalled', 'line to database cut', 'line to database stalled', 'line to engine cut', 'line to engine stalled', 'worker']);
    const calls = new Set(schedules.flatMap(({ faults }) => faults.map(({ route, kind }) => `${route} ${kind}`)));
    for (const route of ['bank.files.post', 'erp.payments.post', 'erp.payments.reverse'])
      for (const kind of ['drop-response', 'fail-after-commit', 'fail-before-commit', 'commit-late', 'throttle', 'delay']) expect(calls).toContain(`${route} ${kind}`);
    expect(new Set(schedules.map(({ secondRun }) => secondRun)).size).toBe(6);
    const runChanges = new Set(schedules.flatMap((schedule) => schedule.runChanges.map(({ change, moment }) => `${change.kind} at ${moment}`)));
    for (const kind of ['take-out', 'cancel']) for (const moment of moments) expect(runChanges).toContain(`${kind} at ${moment}`);
  });

  it('a bank that refuses a payment is not silent about it, and one in three or more spares database and engine', () => {
    for (const { behaviours } of schedules) expect(behaviours.map(({ rule }) => rule.kind).filter((kind) => kind === 'reject' || kind === 'silent').length).toBeLessThan(2);
    expect(schedules.filter(sparesServices).length).toBeGreaterThan(schedules.length / 3);
  });
});

it.each(allKept())('the seed $seed still gives the schedule that failed once', (kept) => expect(scheduleMark(kept)).toBe(kept.schedule));

describe('the report of a fault run', () => {
  let folder: string;
  let file: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kontor-report-'));
    file = join(folder, 'report.md');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is where the next run goes on: seeds that this revision has played are not played again', () => {
    expect(seedsToPlay(file, 'abc', [1, 2, 3])).toEqual([1, 2, 3]);
    for (const seed of [1, 3]) addRound(file, 'abc', round(seed));
    expect(seedsToPlay(file, 'abc', [1, 2, 3, 4])).toEqual([2, 4]);
    expect(seedsToPlay(file, 'def', [1, 2])).toEqual([1, 2]);
    addRound(file, 'abc', round(4, ['I8: y differs']));
    expect(seedsToPlay(file, 'abc', [1, 2, 3, 4]), 'one that failed has not held').toEqual([2, 4]);
  });

  it('keeps seeds of payments apart from days, and sums them up on a line of their own', () => {
    addRound(file, 'abc', { ...round(2), form: 'payments' });
    addRound(file, 'abc', { ...round(4), form: 'payments' });
    expect(seedsToPlay(file, 'abc', [1, 2, 3, 4], 'payments')).toEqual([1, 3]);
    expect(seedsToPlay(file, 'abc', [1, 2, 3, 4])).toEqual([2, 4]);
    expect(readFileSync(file, 'utf8')).toContain('2 seeds of payments, 60 documents, 4 faults injected, 80 effects attempted, 6 repeats suppressed; lost 0, done twice 0');
  });

  it('says which faults were played, once a revision, and keeps it when another round is added', () => {
    addPlayed(file, 'abc', [{ row: 'F1', passed: 1, failed: 1, skipped: 0 }, { row: 'F24', passed: 1, failed: 0, skipped: 0 }]);
    expect(faultsHeld(file, 'abc')).toBe(false);
    addPlayed(file, 'abc', [{ row: 'F1', passed: 2, failed: 0, skipped: 0 }]);
    expect([faultsHeld(file, 'abc'), faultsHeld(file, 'def')]).toEqual([true, false]);
    addPlayed(file, 'left', [{ row: 'F1', passed: 2, failed: 0, skipped: 0 }, { row: 'F20', passed: 0, failed: 0, skipped: 2 }]);
    expect(faultsHeld(file, 'left'), 'a disk that cannot be filled here').toBe(true);
    addPlayed(file, 'left', [{ row: 'F5', passed: 0, failed: 0, skipped: 1 }]);
    expect(faultsHeld(file, 'left'), 'skipped is not held').toBe(false);
    addRound(file, 'abc', round(5));
    expect(readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('- ') && line.includes(' at abc: '))).toEqual(['- F24 at abc: 1 passed, 0 failed', '- F1 at abc: 2 passed, 0 failed']);
    expect(rowsOf(file).map(({ seed }) => seed)).toContain('5');
  });

  it('names every row of the list that a whole run left out or skipped, and what a peer cannot play', () => {
    addPlayed(file, 'whole', [{ row: 'F20', passed: 0, failed: 0, skipped: 2 }], { all: true });
    addNotPlayed(file, 'whole', 'dbos', 'F3', 'this port pays nothing');
    const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line.includes('at whole'));
    expect(lines).toHaveLength(26);
    expect(lines).toEqual(expect.arrayContaining(['- F20 at whole: 0 passed, 0 failed, 2 skipped', '- F19 at whole: 0 passed, 0 failed: not played', '- side by side at whole: dbos, F3: not played, this port pays nothing']));
  });

  it('keeps what was measured, the newest of a revision, beside the rows that it does not judge', () => {
    for (const text of ['ratio 3.10', 'ratio 1.20']) addMeasured(file, 'slow', 'F16', text);
    expect(faultsHeld(file, 'slow')).toBe(false);
    addPlayed(file, 'slow', [{ row: 'F16', passed: 2, failed: 0, skipped: 0 }]);
    expect(readFileSync(file, 'utf8').split('\n').filter((line) => line.includes(' at slow: '))).toEqual(['- measured at slow: F16: ratio 1.20', '- F16 at slow: 2 passed, 0 failed']);
    expect(faultsHeld(file, 'slow')).toBe(true);
  });

  it('counts a document that never ended as lost', () => {
    addRound(file, 'open', round(1, ['I1: DE01-26-000007 was accepted and has not ended, it stands at posted']));
    expect(rowsOf(file).filter(({ revision }) => revision === 'open')).toMatchObject([{ lost: '1', 'done twice': '0', other: '0' }]);
  });

  it('counts what was lost and done twice, and replaces a seed that is played again', () => {
    addRound(file, 'abc', round(3, ['I1: x was accepted and has 0 intakes', 'I2: the key k has 2 documents', 'I8: y differs'], 9_000));
    expect(rowsOf(file).filter(({ seed }) => seed === '3')).toMatchObject([{ lost: '1', 'done twice': '1', other: '1', 'recovery ms': '9000' }]);
  });
});
