import { KontorError, problem, type Problem } from '../../errors.ts';
import type { Money } from '../../model/money.ts';
import type { ReportCell, ReportDefinition } from '../../model/regulatory-report.ts';
import { findFigure, type Figure } from '../ledger/figure.ts';
import { describeMoney, minorOf, money } from '../money.ts';

export interface Report {
  readonly cells: readonly ReportCell[];
  /** What keeps it from being submitted. */
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * The cells of a report from the figures of the statements, with everything that speaks against submitting it: cells
 * that miss the ledger (RR-2), validations that do not hold (RR-3), values that nobody else approved. Throws
 * `report-invalid` where the definition contradicts itself, `figure-unknown` for a figure that does not exist.
 */
export function computeReport(definition: ReportDefinition, roots: readonly Figure[], currency: string): Report {
  checkDefinition(definition, currency);
  const cells = new Map<string, ReportCell>();
  for (const { id } of definition.cells) cellOf(id, definition, roots, currency, cells, []);
  const broken = definition.validations.flatMap((validation) => validationProblem(validation, cells, currency));
  return {
    cells: definition.cells.map(({ id }) => cells.get(id)!),
    errors: [
      ...controlProblems(definition, cells, roots, currency),
      ...definition.overrides.flatMap(({ cell, by, approvedBy }) => (by === approvedBy ? [problem('duties-conflict', `${by} set cell ${cell} by hand and may not approve it.`)] : [])),
      ...broken.filter(({ severity }) => severity === 'error').map((each) => each.problem),
    ],
    warnings: broken.filter(({ severity }) => severity === 'warn').map((each) => each.problem),
  };
}

/** Sums rest on the values that are shown: an override of a part reaches its total. */
function cellOf(id: string, definition: ReportDefinition, roots: readonly Figure[], currency: string, cells: Map<string, ReportCell>, path: readonly string[]): ReportCell {
  const known = cells.get(id);
  if (known) return known;
  const cell = definition.cells.find((each) => each.id === id);
  if (!cell) throw new KontorError('report-invalid', `Cell ${path.at(-1)} adds up ${id}, which is not there.`);
  if (path.includes(id)) throw new KontorError('report-invalid', `Cells add each other up: ${[...path.slice(path.indexOf(id)), id].join(' → ')}.`);
  const computed = cell.figure !== undefined
    ? findFigure(roots, cell.figure).amount
    : money(currency, cell.sum!.reduce((sum, part) => sum + signOf(part) * minorOf(cellOf(nameOf(part), definition, roots, currency, cells, [...path, id]).amount), 0n));
  const override = definition.overrides.find((each) => each.cell === id);
  const made: ReportCell = { id, label: cell.label, amount: override?.amount ?? computed, computed, ...(override ? { override } : {}), formula: { version: definition.version, of: cell.figure !== undefined ? [cell.figure] : cell.sum! } };
  cells.set(id, made);
  return made;
}

/** The report against the ledger, within the threshold, overrides included (RR-2). */
function controlProblems({ controls, threshold }: ReportDefinition, cells: ReadonlyMap<string, ReportCell>, roots: readonly Figure[], currency: string): Problem[] {
  return controls.flatMap(({ cell, figure }) => {
    const [reported, booked] = [cells.get(cell)!.amount, findFigure(roots, figure).amount];
    const gap = minorOf(reported) - minorOf(booked);
    if (magnitude(gap) <= minorOf(threshold)) return [];
    return [problem('report-misses-ledger', `Cell ${cell} says ${describeMoney(reported)}, the ledger ${describeMoney(booked)} (${figure}): ${describeMoney(money(currency, gap))} apart; the threshold is ${describeMoney(threshold)}.`)];
  });
}

function validationProblem({ id, text, severity, left, right, relation, tolerance }: ReportDefinition['validations'][number], cells: ReadonlyMap<string, ReportCell>, currency: string): { severity: 'error' | 'warn'; problem: Problem }[] {
  const sumOf = (parts: readonly string[]): bigint => parts.reduce((sum, part) => sum + signOf(part) * minorOf(cells.get(nameOf(part))!.amount), 0n);
  const [ours, theirs] = [sumOf(left), sumOf(right)];
  const allowed = tolerance ? minorOf(tolerance) : 0n;
  if (relation === 'equal' ? magnitude(ours - theirs) <= allowed : ours - theirs >= -allowed) return [];
  return [{ severity, problem: problem('report-validation', `${id}: ${text}. ${describe(currency, ours)} ${relation === 'equal' ? 'differs from' : 'is below'} ${describe(currency, theirs)}.`) }];
}

function checkDefinition(definition: ReportDefinition, currency: string): void {
  const ids = definition.cells.map(({ id }) => id);
  const invalid = (message: string): never => {
    throw new KontorError('report-invalid', message);
  };
  for (const [index, id] of ids.entries()) if (ids.indexOf(id) !== index) invalid(`Cell ${id} is there twice.`);
  const named: [string, readonly string[]][] = [
    ...definition.validations.map(({ id, left, right }): [string, string[]] => [`Validation ${id}`, [...left, ...right].map(nameOf)]),
    ['A control', definition.controls.map(({ cell }) => cell)],
    ['An override', definition.overrides.map(({ cell }) => cell)],
  ];
  for (const [who, cells] of named) for (const cell of cells) if (!ids.includes(cell)) invalid(`${who} names cell ${cell}, which is not there.`);
  const amounts: readonly Money[] = [definition.threshold, ...definition.overrides.map(({ amount }) => amount), ...definition.validations.flatMap(({ tolerance }) => tolerance ?? [])];
  for (const amount of amounts) if (amount.currency !== currency) invalid(`${describeMoney(amount)} is not in ${currency}, the currency of the report.`);
}

function nameOf(part: string): string {
  return part.replace(/^-/, '');
}

function signOf(part: string): bigint {
  return part.startsWith('-') ? -1n : 1n;
}

function describe(currency: string, minor: bigint): string {
  return describeMoney(money(currency, minor));
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
