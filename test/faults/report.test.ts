import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPlayed, addRound, rowsOf, seedsToPlay } from './report.ts';
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
    expect([...named].sort()).toEqual(['bank files commit-late', 'bank files drop-response', 'bank files fail-after-commit', 'commit-late', 'database', 'drop-response', 'engine', 'erp payments drop-response', 'fail-after-commit', 'fail-before-commit', 'line to counterparts cut', 'line to counterparts stalled', 'line to database cut', 'line to database stalled', 'line to engine cut', 'line to engine stalled', 'throttle', 'worker']);
  });
});

describe('the report of a fault run', () => {
  let folder: string;
  let file: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kontor-report-'));
    file = join(folder, 'report.md');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is where the next run goes on: seeds that this revision has played are not played again', () => {
    expect(seedsToPlay(file, 'abc', 3)).toEqual([1, 2, 3]);
    for (const seed of [1, 3]) addRound(file, 'abc', round(seed));
    expect(seedsToPlay(file, 'abc', 4)).toEqual([2, 4]);
    expect(seedsToPlay(file, 'def', 2)).toEqual([1, 2]);
  });

  it('says which faults were played, once a revision, and keeps it when another round is added', () => {
    addPlayed(file, 'abc', [{ row: 'F1', passed: 1, failed: 1 }, { row: 'F24', passed: 1, failed: 0 }]);
    addPlayed(file, 'abc', [{ row: 'F1', passed: 2, failed: 0 }]);
    addRound(file, 'abc', round(5));
    expect(readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('- '))).toEqual(['- F24 at abc: 1 passed, 0 failed', '- F1 at abc: 2 passed, 0 failed']);
    expect(rowsOf(file).map(({ seed }) => seed)).toContain('5');
  });

  it('counts what was lost and done twice, and replaces a seed that is played again', () => {
    addRound(file, 'abc', round(3, ['I1: x was accepted and has 0 intakes', 'I2: the key k has 2 documents', 'I8: y differs'], 9_000));
    expect(rowsOf(file).filter(({ seed }) => seed === '3')).toMatchObject([{ lost: '1', 'done twice': '1', other: '1', 'recovery ms': '9000' }]);
  });
});
