import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { readSettings } from '../../temporal-config/settings.ts';

/** What a test run came to. `skips` tells for every kind of skip what was missing and how many tests that cost. */
export interface TestSummary {
  passed: number;
  failed: number;
  skipped: number;
  skips: { reason: string; tests: number }[];
  /** How the tests came out that name a row of the list of faults, F1 to F25. */
  faults?: FaultRow[];
}

export interface FaultRow {
  row: string;
  passed: number;
  failed: number;
  skipped: number;
}

/** Leaves the counts of a run in the file that the settings name, for the line that `kontor test` prints last. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const file = readSettings().testResults;
    if (file) writeFileSync(file, JSON.stringify(summarise(modules, unhandled.length)));
  }
}

function summarise(modules: readonly TestModule[], unhandled: number): TestSummary {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const inState = (state: string) => tests.filter((test) => test.result().state === state);
  const skipped = [...inState('skipped'), ...inState('pending')];
  return {
    passed: inState('passed').length,
    // A file or suite that breaks outside its tests, and an error that no test awaited, are failures as well.
    failed: inState('failed').length + modules.map(errorsOutsideTests).reduce((sum, count) => sum + count, 0) + unhandled,
    skipped: skipped.length,
    skips: byReason(skipped),
    faults: byFault(inState('passed'), inState('failed'), skipped),
  };
}

function byFault(passed: TestCase[], failed: TestCase[], skipped: TestCase[]): FaultRow[] {
  const rowsIn = (tests: TestCase[]) => tests.flatMap(({ fullName }) => [...new Set(fullName.match(/\bF(?:1\d|2[0-5]|[1-9])\b/g) ?? [])]);
  const [good, bad, left] = [rowsIn(passed), rowsIn(failed), rowsIn(skipped)];
  const count = (rows: string[], row: string) => rows.filter((other) => other === row).length;
  return [...new Set([...good, ...bad, ...left])].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))).map((row) => ({ row, passed: count(good, row), failed: count(bad, row), skipped: count(left, row) }));
}

function errorsOutsideTests(module: TestModule): number {
  const suites = [...module.children.allSuites()];
  return module.errors().length + suites.reduce((sum, suite) => sum + suite.errors().length, 0);
}

function byReason(skipped: TestCase[]): TestSummary['skips'] {
  const counts = new Map<string, number>();
  for (const test of skipped) counts.set(reasonOf(test), (counts.get(reasonOf(test)) ?? 0) + 1);
  return [...counts].map(([reason, tests]) => ({ reason, tests })).sort((a, b) => b.tests - a.tests);
}

/** The note given at the skip, else what a name says in parentheses: `(needs: …)`, else the test's own place. */
function reasonOf(test: TestCase): string {
  const result = test.result();
  if (result.state === 'skipped' && result.note) return result.note;
  const needs = /\((needs: .+?)\)(?: > |$)/.exec(test.fullName)?.[1];
  return needs ?? `${test.module.relativeModuleId}: ${test.fullName}`;
}
