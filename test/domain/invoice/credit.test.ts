import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classOfTypeCode } from '../../../documents/invoice/type-code.ts';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { creditEffect, lowersWhatWeOwe } from '../../../domain/rules/invoice/credit.ts';
import { minorOf, money } from '../../../domain/rules/money.ts';
import { sample } from '../../documents/invoice/public-files.ts';

describe('class of a document by its type code (UNTDID 1001)', () => {
  it.each(['381', '396', '261', '262', '296', '308', '420', '458', '532', '83', '81'])('%s credits', (code) => expect(classOfTypeCode(code)).toBe('credit-note'));
  it.each(['380', '384', '389', '326', '386', '393', '575', '204', '387', '751', '875', '383'])('%s bills', (code) => expect(classOfTypeCode(code)).toBe('invoice'));
});

describe('credit effect (C1)', () => {
  it('a credit note counts with the opposite sign, an invoice as it stands', () => {
    fc.assert(
      fc.property(fc.bigInt(), (minor) => {
        expect(minorOf(creditEffect({ class: 'credit-note' }, money('EUR', minor)))).toBe(-minor);
        expect(minorOf(creditEffect({ class: 'invoice' }, money('EUR', minor)))).toBe(minor);
      }),
    );
  });

  it('credit note and negative invoice over the same amount have the same effect', async () => {
    const effects = await Promise.all(
      ['trio-original.ubl.xml', 'trio-credit-note.ubl.xml', 'trio-negative-invoice.ubl.xml'].map(async (name) => {
        const result = await readInvoice(sample(name));
        if (!result.ok) throw new Error(name);
        return [creditEffect(result.invoice, result.invoice.totals.payable).minor, lowersWhatWeOwe(result.invoice)];
      }),
    );
    expect(effects).toEqual([
      ['24657', false],
      ['-24657', true],
      ['-24657', true],
    ]);
  });
});
