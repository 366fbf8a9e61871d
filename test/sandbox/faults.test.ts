import { describe, expect, it } from 'vitest';
import { createFaults, faultRuleSchema, type FaultRule } from '../../sandbox/shared/faults.ts';

describe('faults on demand', () => {
  it.each([
    ['neither times nor probability', { kind: 'delay' }],
    ['both', { kind: 'delay', times: 1, probability: 0.5, seed: 1 }],
    ['a probability that cannot be repeated', { kind: 'delay', probability: 0.5 }],
    ['an unknown kind', { kind: 'explode', times: 1 }],
    ['a field that does not exist', { kind: 'delay', times: 1, count: 2 }],
  ])('refuses a rule with %s', (_, rule) => {
    expect(faultRuleSchema.safeParse(rule).success).toBe(false);
  });

  it('strikes n times on its route, counts, and stops', () => {
    const faults = createFaults();
    faults.add(rule({ kind: 'throttle', route: 'erp.invoices.post', times: 2 }));
    const strikes = ['erp.invoices.post', 'erp.invoices.find', 'erp.invoices.post', 'erp.invoices.post'].map((route) => faults.draw(route)?.kind);
    expect(strikes).toEqual(['throttle', undefined, 'throttle', undefined]);
    expect(faults.counts()).toMatchObject([{ matched: 3, injected: 2 }]);
    faults.clear();
    expect(faults.counts()).toEqual([]);
  });

  it.each([
    ['erp.invoices', 'erp.invoices.post', true],
    ['erp.invoices', 'erp.invoicesX.post', false],
    [undefined, 'bank.files.post', true],
  ])('a rule for %s strikes %s: %s', (route, requested, strikes) => {
    const faults = createFaults();
    faults.add(rule({ kind: 'delay', route, times: 1 }));
    expect(faults.draw(requested) !== undefined).toBe(strikes);
  });

  it('goes on to the next rule when the first is used up', () => {
    const faults = createFaults();
    faults.add(rule({ kind: 'delay', times: 1 }));
    faults.add(rule({ kind: 'drop-response', times: 1 }));
    expect([1, 2, 3].map(() => faults.draw('erp.orders.read')?.kind)).toEqual(['delay', 'drop-response', undefined]);
  });

  it('strikes with a probability, the same way for the same seed', () => {
    const first = pattern(7);
    expect(pattern(7)).toEqual(first);
    expect(pattern(8)).not.toEqual(first);
    expect(first.filter(Boolean).length).toBeGreaterThan(200);
    expect(first.filter(Boolean).length).toBeLessThan(400);
  });

  function pattern(seed: number): boolean[] {
    const faults = createFaults();
    faults.add(rule({ kind: 'delay', probability: 0.3, seed }));
    return Array.from({ length: 1000 }, () => faults.draw('erp.orders.read') !== undefined);
  }

  function rule(given: object): FaultRule {
    return faultRuleSchema.parse(given);
  }
});
