import { describe, expect, it } from 'vitest';
import type { Remittance } from '../../../domain/model/remittance.ts';
import { linesFoot, namesNumber, referencesOfRemittance } from '../../../domain/rules/cash-application/structured-references.ts';

const usd = (minor: number) => ({ currency: 'USD', minor: String(minor) });
const remittance = (fields: Partial<Remittance>): Remittance => ({ schemaVersion: 1, id: 'R1', source: 'edi-820', total: usd(10_000), date: '2026-11-02', payer: 'ACME', lines: [], ...fields });

describe('CA-1: what a payer says in fields of their own', () => {
  it('a creditor reference, an end-to-end id and the lines are references; amounts in minor units', () => {
    const said = remittance({ creditorReference: 'RF18539007547034', endToEndId: 'E2E-7', lines: [{ number: 'INV-1', paid: usd(6_000) }, { number: 'INV-2' }] });
    expect(referencesOfRemittance(said)).toEqual([
      { kind: 'creditor-reference', text: 'RF18539007547034' },
      { kind: 'end-to-end', text: 'E2E-7' },
      { kind: 'remittance-line', text: 'INV-1', amount: 6_000 },
      { kind: 'remittance-line', text: 'INV-2' },
    ]);
  });

  it.each([
    ['RF18539007547034', '539007547034', true],
    ['RF18539007547034', '539007547035', false],
    ['RF19539007547034', '539007547034', false],
  ])('%s names %s: %s (a wrong check digit names nothing)', (text, number, names) => expect(namesNumber({ kind: 'creditor-reference', text }, number)).toBe(names));
});

describe('SI-7: the lines of a remittance make up its payment', () => {
  it.each([
    ['they do', [usd(6_000), usd(4_000)], true],
    ['a cent is missing', [usd(6_000), usd(3_999)], false],
    ['a deduction counts with its sign', [usd(10_500), usd(-500)], true],
    ['a line without an amount says nothing', [usd(6_000), undefined], true],
    ['no lines', [], true],
  ])('%s', (_name, amounts, foot) => {
    const lines = amounts.map((paid, index) => ({ number: `INV-${index}`, ...(paid ? { paid } : {}) }));
    expect(linesFoot(referencesOfRemittance(remittance({ lines })), 10_000)).toBe(foot);
  });
});
