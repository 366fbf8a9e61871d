import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../domain/rules/canonical-json.ts';

describe('canonical JSON (RFC 8785)', () => {
  it('does not depend on the order in which members were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.boolean(), fc.maxSafeInteger())), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
        expect(JSON.parse(canonicalJson(object))).toEqual({ ...object });
      }),
    );
  });

  it('sorts by code units and leaves absent members out', () => {
    expect(canonicalJson({ b: 1, a: undefined, '\u20ac': 'x', A: [null, undefined] })).toBe('{"A":[null,null],"b":1,"€":"x"}');
  });

  it.each([[1.5], [Number.NaN], [10n], [() => 1]])('refuses %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});
