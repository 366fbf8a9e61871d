import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../documents/policy/read-policy.ts';
import { KontorError } from '../../domain/errors.ts';

const shipped = (file: string): string => readFileSync(join(import.meta.dirname, '../../policies', file), 'utf8');

/** Breaks one line of a shipped file and expects to be told which. */
function faultOf(file: string, find: string, replace: string): { line: number | undefined; expectedLine: number; message: string } {
  const text = shipped(file);
  expect(text).toContain(find);
  const broken = text.replace(find, replace);
  const changed = text.slice(0, text.indexOf(find)).split('\n').length + [...replace.split('\n')].findIndex((line) => line.includes('HERE'));
  try {
    readPolicy(broken.replace('#HERE', '#'), file);
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    expect(error.code).toBe('policy-invalid');
    return { line: error.place?.line, expectedLine: changed, message: error.message };
  }
  throw new Error(`${file} was accepted`);
}

const medium = "      - id: medium\n        over: '1000'\n        upTo: '10000'";
const rows: { rule: string; what: string; file: string; find: string; replace: string; says: string }[] = [
  { rule: 'A1', what: 'a gap between two bands', file: 'approval/matrix-de01.yaml', find: medium, replace: "      - id: medium\n        over: '1500' #HERE\n        upTo: '10000'", says: 'gap: band small ends at 1000 and band medium begins over 1500' },
  { rule: 'A1', what: 'an overlap of two bands', file: 'approval/matrix-de01.yaml', find: medium, replace: "      - id: medium\n        over: '900' #HERE\n        upTo: '10000'", says: 'overlap: band small ends at 1000 and band medium begins over 900' },
  { rule: 'A1', what: 'a first band that does not begin at 0', file: 'approval/matrix-us01.yaml', find: "{ id: small, over: '0', upTo: '2500'", replace: "{ id: small, over: '10', #HERE\n          upTo: '2500'", says: 'the first band must begin at "0"' },
  { rule: 'A1', what: 'a last band with an end', file: 'approval/matrix-us01.yaml', find: "      - id: large\n        over: '25000'", replace: "      - id: large\n        over: '25000'\n        upTo: '90000' #HERE", says: 'amounts over 90000 would have no approver' },
  { rule: 'A1', what: 'a band that ends before it begins', file: 'approval/matrix-de01.yaml', find: medium, replace: "      - id: medium\n        over: '1000'\n        upTo: '1000' #HERE", says: 'is not over its beginning' },
  { rule: 'A2', what: 'a last matrix with a condition', file: 'approval/matrix-us01.yaml', find: '    when: {}', replace: '    when: { supplierRisk: [low] } #HERE', says: 'the last matrix must have no condition' },
  { rule: 'M3', what: 'a check without any bound', file: 'tolerances/standard-usd.yaml', find: "    cumulative: { upperPercent: '2', upperAmount: '500' }", replace: '    cumulative: { combine: ALL_WITHIN } #HERE', says: 'at least one bound is needed' },
  { rule: 'M3', what: 'no record that covers everything', file: 'tolerances/standard-usd.yaml', find: '    scope: { level: global }', replace: '    scope: { level: supplier, supplier: X }', says: 'level company or global' },
  { rule: 'F7', what: 'a limit that is a number and not text', file: 'tolerances/standard-usd.yaml', find: "    overDeliveryPercent: '5'", replace: '    overDeliveryPercent: 5 #HERE', says: 'a decimal in quotes' },
  { rule: 'F7', what: 'a negative limit', file: 'tolerances/standard-usd.yaml', find: "    overDeliveryPercent: '5'", replace: "    overDeliveryPercent: '-5' #HERE", says: '0 or more' },
  { rule: 'strict', what: 'a misspelt member', file: 'posting/approve-first.yaml', find: 'termsFrom: issue-date', replace: 'termsForm: issue-date', says: 'termsF' },
  { rule: 'A2', what: 'a rule that books to an unknown account', file: 'coding/chart-us01.yaml', find: "use: { account: '653000', costCentre: CC-2000 } }", replace: "use: {\n      account: '999', #HERE\n      costCentre: CC-2000 } }", says: 'account 999 is not in the list' },
  { rule: 'T3', what: 'a tax rate that ends before it begins', file: 'tax/united-states.yaml', find: "rate: '7', from: 2021-01-01 }", replace: "rate: '7', from: 2021-01-01,\n      to: 2020-01-01 } #HERE", says: 'before it begins' },
  { rule: 'A7', what: 'a holiday that is listed twice', file: 'calendars/germany.yaml', find: '  - { date: 2026-04-03, name: Good Friday }', replace: '  - { date: 2026-01-01, name: Again } #HERE', says: 'listed twice' },
];

describe('policy files with a fault are refused with its line', () => {
  it.each(rows)('$rule: $what', ({ file, find, replace, says }) => {
    const { line, expectedLine, message } = faultOf(file, find, replace);
    expect(message).toContain(says);
    if (replace.includes('#HERE')) expect(line).toBe(expectedLine);
    else expect(line).toBeGreaterThan(0);
  });
});
