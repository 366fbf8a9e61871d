import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isQrIban, isQrReference, looksLikeCreditorReference, referenceFault } from '../../../domain/rules/payments/creditor-reference.ts';

const reference = '210000000003139471430009017';
const qrIban = 'CH4431999123000889012';
const plainIban = 'CH9300762011623852957';

describe('QR references', () => {
  it.each([
    [reference, true],
    ['21 00000 00003 13947 14300 09017', true],
    ['210000000003139471430009018', false],
    ['000000000000000000000000000', false],
    ['21000000000313947143000901', false],
    ['21000000000313947143000901A', false],
    ['', false],
  ])('%s: %s', (text, valid) => expect(isQrReference(text)).toBe(valid));

  it('one changed digit is found', () =>
    fc.assert(
      fc.property(fc.nat(26), fc.integer({ min: 1, max: 9 }), (at, step) => {
        const changed = [...reference].map((digit, index) => (index === at ? String((Number(digit) + step) % 10) : digit)).join('');
        expect(isQrReference(changed)).toBe(false);
      }),
    ));
});

describe('QR-IBAN', () => {
  it.each([
    [qrIban, true],
    ['CH44 3199 9123 0008 8901 2', true],
    ['li2130000123000889012', true],
    [plainIban, false],
    ['CH5629999123000889012', false],
    ['CH5632000123000889012', false],
    ['DE75312108001245126199', false],
    [undefined, false],
  ])('%s: %s', (iban, valid) => expect(isQrIban(iban)).toBe(valid));
});

describe('a reference and the account that it is quoted to', () => {
  it.each<[string | undefined, string | undefined, RegExp | undefined]>([
    [reference, qrIban, undefined],
    ['RF18 5390 0754 7034', plainIban, undefined],
    ['Kundennr 4711', plainIban, undefined],
    [undefined, plainIban, undefined],
    [undefined, undefined, undefined],
    // What looks like one where no IBAN tells QR references apart is a text like others.
    [reference, undefined, undefined],
    ['210000000003139471430009018', plainIban, undefined],
    ['RF19 5390 0754 7034', plainIban, /ISO 11649/],
    ['RF19 5390 0754 7034', undefined, /ISO 11649/],
    ['RF18 5390 0754 7034', qrIban, /QR-IBAN/],
    ['210000000003139471430009018', qrIban, /QR-IBAN/],
    ['Kundennr 4711', qrIban, /QR-IBAN/],
    [undefined, qrIban, /QR-IBAN/],
    ['  ', qrIban, /QR-IBAN/],
    [reference, plainIban, /QR-IBAN/],
    [reference, 'DE75512108001245126199', /QR-IBAN/],
  ])('%s to %s: %s', (text, iban, fault) => {
    if (fault === undefined) expect(referenceFault(text, iban)).toBeUndefined();
    else expect(referenceFault(text, iban)).toMatch(fault);
  });

  it('RF and two digits want to be a creditor reference', () => expect(['rf 18 5', 'RF1', 'REF 18'].map(looksLikeCreditorReference)).toEqual([true, false, false]));
});
