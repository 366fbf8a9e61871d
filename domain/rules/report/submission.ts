import { workday } from '../../calendar/business-days.ts';
import { periodRange } from '../../calendar/period-range.ts';
import { toEpochMs } from '../../calendar/zoned-time.ts';
import { problem, type Problem } from '../../errors.ts';
import type { Instant } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import type { ReportDefinition, Submission } from '../../model/regulatory-report.ts';
import { canonicalJson } from '../canonical-json.ts';
import { money, subtractMoney } from '../money.ts';
import type { Report } from './report.ts';

/** One cell of two versions of a report. */
export interface CellDifference {
  readonly cell: string;
  readonly before: Money;
  readonly after: Money;
  readonly difference: Money;
}

export interface Submitted {
  readonly submission: Submission;
  /** The same content had been submitted: nothing new went out, and the receipt is that of then. */
  readonly repeated: boolean;
  /** Against the version before; empty for the first one. */
  readonly differences: readonly CellDifference[];
}

/**
 * A report on its way to the authority, or what keeps it (RR-3). The same cells again are the same submission with its
 * first receipt; changed ones are a new version beside the old, with the difference of every cell. Throws nothing.
 */
export function submit(definition: ReportDefinition, period: string, report: Report, earlier: readonly Submission[], at: Instant, receipt: string): Submitted | readonly Problem[] {
  if (report.errors.length > 0) return report.errors;
  const own = earlier.filter((each) => each.report === definition.name && each.period === period).sort((a, b) => a.version - b.version);
  const cells = report.cells.map(({ id, amount }) => ({ id, amount }));
  const last = own.at(-1);
  if (last && canonicalJson(last.cells) === canonicalJson(cells) && last.definition === definition.version) return { submission: last, repeated: true, differences: [] };
  if (receipt.trim() === '') return [problem('reason-missing', 'A submission is kept with the receipt of the authority.')];
  const submission: Submission = { report: definition.name, period, version: (last?.version ?? 0) + 1, at, late: Date.parse(at) > deadlineOf(definition, period), receipt, definition: definition.version, cells };
  return { submission, repeated: false, differences: last ? differencesOf(last, submission) : [] };
}

/** UTC milliseconds, on the calendar and clock of the authority. */
export function deadlineOf({ deadline }: ReportDefinition, period: string): number {
  return toEpochMs(workday(deadline, periodRange(period).to, deadline.workday), deadline.time, deadline.timeZone);
}

/** Only cells that changed; one that a version lacks counts as zero there. */
export function differencesOf(before: Submission, after: Submission): CellDifference[] {
  const amounts = new Map(before.cells.map(({ id, amount }) => [id, amount]));
  const now = new Map(after.cells.map(({ id, amount }) => [id, amount]));
  return [...new Set([...now.keys(), ...amounts.keys()])].flatMap((cell) => {
    const { currency } = (now.get(cell) ?? amounts.get(cell))!;
    const [old, current] = [amounts.get(cell) ?? money(currency, 0n), now.get(cell) ?? money(currency, 0n)];
    const difference = subtractMoney(current, old);
    return difference.minor === '0' ? [] : [{ cell, before: old, after: current, difference }];
  });
}
