import { describe, expect, it } from 'vitest';
import { reportDefinitionSchema, type ReportDefinition, type Submission } from '../../../domain/model/regulatory-report.ts';
import { lineFigure, sumFigure, type Figure } from '../../../domain/rules/ledger/figure.ts';
import { computeReport } from '../../../domain/rules/report/report.ts';
import { deadlineOf, submit } from '../../../domain/rules/report/submission.ts';

const eur = (minor: number): { currency: string; minor: string } => ({ currency: 'EUR', minor: String(minor) });
const booksWith = (cash: number): Figure[] => {
  const leaf = (id: string, minor: number): Figure => lineFigure(`balance-sheet/assets/${id}`, id, 'EUR', BigInt(minor), 1, {});
  return [sumFigure('balance-sheet/assets', 'Assets', 'EUR', [leaf('1000', cash), leaf('1200', 4_000)])];
};
const books = booksWith(10_000);
const definition = (more: Record<string, unknown> = {}): ReportDefinition => reportDefinitionSchema.parse({
  schemaVersion: 1, name: 'return', version: 3, threshold: eur(5),
  cells: [{ id: 'r010', label: 'Cash', figure: 'balance-sheet/assets/1000' }, { id: 'r020', label: 'Claims', figure: 'balance-sheet/assets/1200' }, { id: 'r030', label: 'All', sum: ['r010', 'r020'] }, { id: 'r040', label: 'Net', sum: ['r010', '-r020'] }],
  controls: [{ cell: 'r030', figure: 'balance-sheet/assets' }], deadline: { workday: 10, time: '12:00', timeZone: 'Europe/Berlin', weekend: [6, 7], holidays: ['2026-11-18'] }, ...more,
});
const override = (amount: number, more = {}): Record<string, unknown> => ({ overrides: [{ cell: 'r020', amount: eur(amount), by: 'ana', approvedBy: 'clara', reason: 'Cut-off', ...more }] });

describe('RR-1: every cell says by which version it was made and of what', () => {
  it('figures, sums and differences', () => {
    expect(computeReport(definition(), books, 'EUR').cells.map(({ id, amount, formula }) => [id, Number(amount.minor), formula])).toEqual([
      ['r010', 10_000, { version: 3, of: ['balance-sheet/assets/1000'] }], ['r020', 4_000, { version: 3, of: ['balance-sheet/assets/1200'] }],
      ['r030', 14_000, { version: 3, of: ['r010', 'r020'] }], ['r040', 6_000, { version: 3, of: ['r010', '-r020'] }],
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a circle', { cells: [{ id: 'a', label: 'A', sum: ['b'] }, { id: 'b', label: 'B', sum: ['a'] }], controls: [{ cell: 'a', figure: 'balance-sheet/assets' }] }, 'a → b → a'],
    ['an unknown cell in a sum', { cells: [{ id: 'r030', label: 'A', sum: ['x'] }] }, 'adds up x'],
    ['an unknown cell in a validation', { validations: [{ id: 'v', text: 't', severity: 'warn', left: ['x'] }] }, 'Validation v names cell x'],
    ['a cell twice', { cells: [{ id: 'r030', label: 'A', figure: 'balance-sheet/assets' }, { id: 'r030', label: 'B', figure: 'balance-sheet/assets' }] }, 'r030 is there twice'],
    ['an unknown figure', { cells: [{ id: 'r030', label: 'A', figure: 'balance-sheet/nothing' }] }, 'no figure balance-sheet/nothing'],
    ['a threshold in another currency', { threshold: { currency: 'USD', minor: '5' } }, 'is not in EUR'],
  ])('refuses %s', (_name, more, words) => expect(() => computeReport(definition(more), books, 'EUR')).toThrow(words));
});

describe('RR-2: the report against the ledger', () => {
  it.each([
    ['agrees', {}, []], ['within the threshold', override(4_005), []], ['above it', override(4_006), ['report-misses-ledger']], ['below it', override(3_994), ['report-misses-ledger']],
    ['set by hand without a second person', override(4_000, { approvedBy: 'ana' }), ['duties-conflict']],
  ])('%s', (_name, more, codes) => expect(computeReport(definition(more), books, 'EUR').errors.map(({ code }) => code)).toEqual(codes));

  it('values set by hand are listed with who set and who approved them, beside what was computed', () => {
    const [, cell] = computeReport(definition(override(4_002)), books, 'EUR').cells;
    expect(cell).toMatchObject({ amount: eur(4_002), computed: eur(4_000), override: { by: 'ana', approvedBy: 'clara', reason: 'Cut-off' } });
  });
});

describe('RR-3: validations and submissions', () => {
  const validation = (severity: 'error' | 'warn', more = {}): Record<string, unknown> => ({ validations: [{ id: 'v1', text: 'Net is all less twice the claims', severity, left: ['r040'], right: ['r030', '-r020', '-r020'], ...more }] });
  it.each([
    ['holds', validation('error'), 0, 0], ['is broken', validation('error', { right: ['r030'] }), 1, 0], ['is broken and warns only', validation('warn', { right: ['r030'] }), 0, 1],
    ['holds within its tolerance', validation('error', { right: ['r030'], tolerance: eur(8_000) }), 0, 0], ['at least: holds', validation('error', { left: ['r030'], right: ['r010'], relation: 'at-least' }), 0, 0],
    ['at least: does not', validation('error', { left: ['r010'], right: ['r030'], relation: 'at-least' }), 1, 0],
  ])('a validation that %s', (_name, more, errors, warnings) => {
    const report = computeReport(definition(more), books, 'EUR');
    expect([report.errors.length, report.warnings.length]).toEqual([errors, warnings]);
  });

  const send = (of: ReportDefinition, figures: Figure[], earlier: Submission[], at = '2026-11-10T09:00:00.000Z', receipt = 'A-1') => submit(of, '2026-10', computeReport(of, figures, 'EUR'), earlier, at, receipt);
  const first = send(definition(), books, []) as { submission: Submission; repeated: boolean };

  it('an error keeps it, a warning does not', () => {
    expect(send(definition(validation('error', { right: ['r030'] })), books, [])).toMatchObject([{ code: 'report-validation' }]);
    expect(send(definition(validation('warn', { right: ['r030'] })), books, [])).toMatchObject({ submission: { version: 1 } });
  });

  it('the same content again is the same submission with its first receipt', () => {
    expect(send(definition(), books, [first.submission], '2026-11-12T09:00:00.000Z', 'A-2')).toEqual({ submission: first.submission, repeated: true, differences: [] });
  });

  it('changed content is a new version beside the old one, with the difference of every cell', () => {
    const kept = structuredClone(first.submission);
    const second = send(definition(), booksWith(10_700), [first.submission], '2026-11-12T09:00:00.000Z', 'A-2');
    expect(second).toMatchObject({ repeated: false, submission: { version: 2, receipt: 'A-2' }, differences: [{ cell: 'r010', before: eur(10_000), after: eur(10_700), difference: eur(700) }, { cell: 'r030', difference: eur(700) }, { cell: 'r040', difference: eur(700) }] });
    expect(first.submission).toEqual(kept);
  });

  it('another period begins anew; nothing is kept without a receipt', () => {
    expect(send(definition(), books, [{ ...first.submission, period: '2026-09' }])).toMatchObject({ submission: { version: 1 } });
    expect(send(definition(), books, [], '2026-11-10T09:00:00.000Z', ' ')).toMatchObject([{ code: 'reason-missing' }]);
  });

  it('the deadline is on the calendar and clock of the authority', () => {
    expect(new Date(deadlineOf(definition(), '2026-10')).toISOString()).toBe('2026-11-13T11:00:00.000Z');
    expect(new Date(deadlineOf({ ...definition(), deadline: { ...definition().deadline, workday: 13 } }, '2026-10')).toISOString()).toBe('2026-11-19T11:00:00.000Z'); // the 18th is a holiday
    expect(send(definition(), books, [], '2026-11-13T11:00:00.000Z')).toMatchObject({ submission: { late: false } });
    expect(send(definition(), books, [], '2026-11-13T11:00:00.001Z')).toMatchObject({ submission: { late: true } });
  });
});
