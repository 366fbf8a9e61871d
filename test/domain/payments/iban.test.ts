import fc from 'fast-check';
import { composeIBAN, countrySpecs } from 'ibantools';
import { describe, expect, it } from 'vitest';
import { compactIban, ibanFault, isIban } from '../../../domain/rules/payments/iban.ts';

/** Countries of the registry under their own code; the other entries of the library are territories and proposals. */
const territories = ['AX', 'BL', 'GF', 'GP', 'MF', 'MQ', 'NC', 'PF', 'PM', 'RE', 'TF', 'WF', 'YT'];
const registered = Object.entries(countrySpecs).filter(([country, spec]) => spec.chars && (spec.IBANRegistry || ['FK', 'HN', 'SN'].includes(country)) && !territories.includes(country) && country !== 'SN');

describe('IBAN', () => {
  it('knows the countries of the registry', () => expect(registered.length).toBeGreaterThan(80));

  it.each(registered.map(([country, spec]) => [country, spec.chars!] as const))('%s has %i characters', (country, length) => {
    const bban = '0'.repeat(length - 4);
    const iban = composedWithoutStructure(country, bban);
    expect(ibanFault(iban)).toBeUndefined();
    expect(ibanFault(composedWithoutStructure(country, `${bban}0`))).toContain(`has ${length + 1} characters`);
  });

  it.each([
    ['DE02120300000000202051', undefined],
    ['de02 1203 0000 0000 2020 51', undefined],
    ['NL41MOCK0000000001', undefined],
    ['DE03120300000000202051', 'check digits 03'],
    ['DE0212030000000020205', 'has 21 characters; one of DE has 22'],
    ['XX02120300000000202051', 'no country of that code'],
    ['GP1420041010050500013M02606', 'no country of that code'],
    ['DE021203000000002020-1', 'other characters'],
    ['', 'does not begin'],
    ['120300000000202051DE02', 'does not begin'],
  ])('%s: %s', (text, fault) => {
    if (fault === undefined) expect(ibanFault(text)).toBeUndefined();
    else expect(ibanFault(text)).toContain(fault);
  });

  it('agrees with an independent library on composed IBANs, and finds every changed digit', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{18}$/), fc.nat(21), fc.integer({ min: 1, max: 9 }), (bban, at, step) => {
        const iban = composeIBAN({ countryCode: 'DE', bban })!;
        expect(isIban(iban)).toBe(true);
        const digit = Number(iban[Math.max(2, at)]);
        const changed = iban.slice(0, Math.max(2, at)) + String((digit + step) % 10) + iban.slice(Math.max(2, at) + 1);
        expect(isIban(changed)).toBe(false);
      }),
    );
  });

  it('has one form without blanks', () => expect(compactIban(' de02 1203\u00a00000 ')).toBe('DE0212030000'));
});

/** Check digits by the definition of ISO 7064, in whole numbers: the library refuses accounts of zeros. */
function composedWithoutStructure(country: string, bban: string): string {
  const digits = `${bban}${country}00`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${bban}`;
}
