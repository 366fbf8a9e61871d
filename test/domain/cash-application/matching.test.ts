import { describe, expect, it } from 'vitest';
import { background, decide, item, payment, verdictOf } from './scenario.ts';

const a = item('a', '4711908256');
const b = item('b', '9031557284', { amount: 55_555 });
const c = item('c', '6620019437', { amount: 23_421 });

describe('references and amounts (CA-1)', () => {
  it.each([
    ['number in full, exact amount', '4711908256', 100_000, 'auto a'],
    ['blank inside', 'pay 47119 08256', 100_000, 'auto a'],
    ['digit lost', '471190825', 100_000, 'auto a'],
    ['digit added', '47119908256', 100_000, 'auto a'],
    ['neighbours swapped', '4711980256', 100_000, 'auto a'],
    ['cut in front', '11908256', 100_000, 'auto a'],
    ['small deduction within the tolerance (CA-6)', '4711908256', 99_980, 'auto a'],
    ['exactly at the limit is inside (CA-6)', '4711908256', 99_975, 'auto a'],
    ['no memo, the amount is the customer\'s only one like it', '', 55_555, 'auto b'],
    ['no memo, a round amount', '', 100_000, 'suggest a'],
    ['a list of two', 'ref 0: 4711908256 | ref 1: 9031557284', 155_555, 'auto a,b'],
    ['a run-together list', '47119082569031557284', 155_555, 'auto a,b'],
    ['part payment', '4711908256', 40_000, 'auto a'],
    ['overpayment is shown with the rest on account (CA-10)', '4711908256', 130_000, 'suggest a'],
    ['another, unknown number is cited beside a round amount', '1188227733', 100_000, 'open'],
    ['two cited, the amount of one of them', '4711908256 9031557284', 100_000, 'suggest a'],
    ['nothing fits', 'thank you', 12_345, 'open'],
  ])('%s', (_, memo, amount, expected) => {
    expect(verdictOf(decide({ items: [a, b, c], payments: [payment('p', memo, { amount })] }).get('p'))).toBe(expected);
  });
});

describe('uniqueness (CA-4, W5, W6)', () => {
  it('two equal candidates are never guessed', () => {
    const twins = [a, item('a2', '8800112299')];
    const decision = decide({ items: twins, payments: [payment('p', '')] }).get('p')!;
    expect(decision.verdict).not.toBe('auto');
    expect(decision.judgement.runnerUp).toBeDefined();
  });

  it('two sums that agree are never guessed: first come is not first served', () => {
    const sums = [31_007, 42_113, 20_006, 53_114].map((amount, index) => item(`s${index}`, String(1_357_924_680 + index * 987_654_321), { amount }));
    const decision = decide({ items: sums, payments: [payment('p', '', { amount: 73_120 })] }).get('p')!;
    expect(decision.solution!.score).toBeGreaterThan(3);
    expect(verdictOf(decision)).toMatch(/^suggest /);
    expect(verdictOf(decide({ items: sums.slice(0, 3), payments: [payment('p', '', { amount: 73_120 })] }).get('p'))).toBe('auto s0,s1');
  });

  it('two payments of one day that claim the same item are both left alone', () => {
    const both = [payment('p1', 'one', { amount: 23_421 }), payment('p2', 'two', { amount: 23_421 })];
    expect([...decide({ items: [a, c], payments: both }).values()].map((one) => one.verdict)).toEqual(['suggest', 'suggest']);
  });

  it('W6: 100 = 10 + 20 + 70, and four weekly 25 = 100, only when complete', () => {
    const parts = [item('x', '1000200030', { amount: 1_000 }), item('y', '2000300041', { amount: 2_000 }), item('z', '3000400052', { amount: 7_000 })];
    expect(verdictOf(decide({ items: parts, payments: [payment('p', '1000200030 2000300041 3000400052', { amount: 10_000 })] }).get('p'))).toBe('auto x,y,z');
    const whole = item('w', '5000600071', { amount: 10_052 });
    const weekly = (count: number) => Array.from({ length: count }, (_, week) => payment(`p${week}`, `week ${week}`, { amount: 2_513, date: `2026-01-${10 + week}` }));
    expect([...decide({ items: [whole], payments: weekly(3) }).values()].map((one) => one.verdict)).toEqual(['open', 'open', 'open']);
    expect([...decide({ items: [whole], payments: weekly(4) }).values()].map(verdictOf)).toEqual(Array(4).fill('auto w'));
  });

  it('several payments settle one item jointly, the early one later than its day', () => {
    const decisions = decide({ items: [a], payments: [payment('p1', '', { amount: 30_000, date: '2026-01-10' }), payment('p2', '4711908256', { amount: 70_000 })] });
    expect([...decisions.values()].map(verdictOf)).toEqual(['auto a', 'auto a']);
    expect(decisions.get('p1')!.onArrival).toBe(false);
  });
});

describe('vetoes', () => {
  it('every clearly cited open item must be in the set', () => {
    expect(decide({ items: [a, b], payments: [payment('p', '9031557284', { amount: 100_000 })] }).get('p')!.verdict).not.toBe('auto');
  });

  it('amount alone is no evidence where the customer\'s amounts repeat', () => {
    const repeated = Array.from({ length: 300 }, (_, index) =>
      item(`r${index}`, String(3_141_592_653 + index * 21_828_183), { amount: 50_123 + (index % 6) * 10_007, documentDate: '2010-01-01', dueDate: '2010-02-01' }));
    const unique = item('u', '2718281828', { amount: 120_457, documentDate: '2026-01-01' });
    expect(decide({ items: [...repeated, unique], payments: [payment('p', '', { amount: 120_457 })] }).get('p')!.verdict).toBe('suggest');
    expect(verdictOf(decide({ items: [...repeated, unique], payments: [payment('p', '2718281828', { amount: 120_457 })] }).get('p'))).toBe('auto u');
  });

  it('a closed number is evidence against, a foreign one too', () => {
    const closed = [{ text: '1188227733', field: 'billing number', customer: 'C1' }];
    const told = decide({ items: [a], payments: [payment('p', '1188227733')], closed }).get('p')!;
    expect(told.verdict).not.toBe('auto');
    expect(told.solution!.contributions.map(({ name }) => name)).toContain('closed number');
    const foreign = decide({ items: [a], payments: [payment('p', background[3]!.numbers[0]!.text)] }).get('p')!;
    expect(foreign.verdict).not.toBe('auto');
    expect(foreign.solution!.contributions.map(({ name }) => name)).toContain('foreign number');
  });

  it('the same invoice paid twice is a duplicate, not another invoice (CA-10)', () => {
    const decisions = decide({ items: [a], payments: [payment('p1', '4711908256'), payment('p2', '4711908256', { date: '2026-01-22' })] });
    expect(verdictOf(decisions.get('p1'))).toBe('auto a');
    expect(decisions.get('p2')!.verdict).toBe('open');
    expect(decisions.get('p2')!.judgement.obstacles.join()).toContain('DUPLICATE_PAYMENT');
  });

  it('items of two legal entities are never settled by one payment (CA-2)', () => {
    const other = { ...b, entity: '2000' };
    expect(decide({ items: [a, other], payments: [payment('p', '4711908256 9031557284', { amount: 155_555 })] }).get('p')!.verdict).not.toBe('auto');
  });
});

describe('payer identity (CA-13)', () => {
  const alias = { payerName: 'AG Trading', account: 'DE1' };
  it('an account is learned from payments under the true name, not from guesses', () => {
    const taught = [payment('t1', '9031557284', { amount: 55_555, date: '2026-01-05' }), payment('p', '', { ...alias, amount: 23_421 })];
    expect(verdictOf(decide({ items: [a, b, c], payments: taught }).get('p'))).toBe('auto c');
    const guessed = [payment('t1', '9031557284', { ...alias, amount: 55_555, date: '2026-01-05' }), payment('p', '', { ...alias, amount: 23_421 })];
    const decisions = decide({ items: [a, b, c], payments: guessed });
    expect(verdictOf(decisions.get('t1'))).toBe('auto b');
    expect(decisions.get('p')!.verdict).not.toBe('auto');
  });

  it('online knows nothing of tomorrow; batch knows the accounts from the start', () => {
    const late = [payment('p', '', { ...alias, amount: 23_421 }), payment('t1', '9031557284', { amount: 55_555, date: '2026-02-05' })];
    expect(decide({ items: [a, b, c], payments: late }, 'online').get('p')).toMatchObject({ verdict: 'auto', onArrival: false });
    expect(decide({ items: [a, b, c], payments: late }, 'batch').get('p')).toMatchObject({ verdict: 'auto', onArrival: true });
  });

  it('a similar name alone is never the payer', () => {
    expect(decide({ items: [a], payments: [payment('p', '', { payerName: 'Alpha Gmbh & Co', account: 'XX' })] }).get('p')!.verdict).not.toBe('auto');
  });

  it('an unknown payer is believed only with a clear number and the amount', () => {
    const unknown = { payerName: 'Somebody', account: 'XX' };
    expect(verdictOf(decide({ items: [a], payments: [payment('p', '4711908256', unknown)] }).get('p'))).toBe('auto a');
    expect(decide({ items: [a], payments: [payment('p', '', unknown)] }).get('p')!.verdict).not.toBe('auto');
  });

  it('a parent pays for a child only with an approved relation', () => {
    const child = item('k', '4711908256', { customer: 'C2' });
    const parent = [payment('p', '4711908256')];
    expect(decide({ items: [child], payments: parent }).get('p')!.verdict).not.toBe('auto');
    expect(verdictOf(decide({ items: [child], payments: parent, relations: [{ payer: 'C1', customer: 'C2' }] }).get('p'))).toBe('auto k');
  });

  it('a shared account leaves the customer open until a number decides', () => {
    const teach = [payment('t1', '', { amount: 1, date: '2026-01-02' }), payment('t2', '', { payerName: 'Beta Ltd', amount: 2, date: '2026-01-02' })];
    const twin = item('k', '8080112233', { customer: 'C2' });
    expect(decide({ items: [a, twin], payments: [...teach, payment('p', '', alias)] }).get('p')!.verdict).not.toBe('auto');
    expect(verdictOf(decide({ items: [a, twin], payments: [...teach, payment('p', '8080112233', alias)] }).get('p'))).toBe('auto k');
  });
});

describe('differences of CA-7 and structured references', () => {
  const terms = { amount: 2_000, until: '2026-01-15' };
  it.each([
    ['discount earned', { items: [item('a', '4711908256', { terms })], payments: [payment('p', '4711908256', { amount: 98_000, date: '2026-01-15' })] }, 'auto a', ['DISC_EARNED']],
    ['discount within the days of grace', { items: [item('a', '4711908256', { terms })], payments: [payment('p', '4711908256', { amount: 98_000, date: '2026-01-18' })] }, 'auto a', ['DISC_EARNED']],
    ['discount taken too late', { items: [item('a', '4711908256', { terms })], payments: [payment('p', '4711908256', { amount: 98_000, date: '2026-01-19' })] }, 'suggest a', ['DISC_UNEARNED']],
    ['discount and small deduction', { items: [item('a', '4711908256', { terms })], payments: [payment('p', '4711908256', { amount: 97_990, date: '2026-01-10' })] }, 'auto a', ['DISC_EARNED', 'ROUNDING']],
    ['charges that the statement states', { items: [a], payments: [payment('p', '4711908256', { amount: 98_767, charges: 1_233 })] }, 'auto a', ['BANK_FEE']],
    ['a usual charge', { items: [a], payments: [payment('p', '4711908256', { amount: 98_500 })] }, 'auto a', ['BANK_FEE']],
    ['the amount that was instructed in the items\' currency', { items: [a], payments: [payment('p', '4711908256', { amount: 110_000, currency: 'USD', instructed: { currency: 'EUR', amount: 100_000, rate: '1.10' } })] }, 'auto a', []],
    ['credit note netted', { items: [a, item('n', '7300446611', { amount: -20_000 })], payments: [payment('p', '4711908256 7300446611', { amount: 80_000 })] }, 'auto a,n', []],
    ['RF reference', { items: [item('a', '539007547034')], payments: [payment('p', '', { amount: 100_000, references: [{ kind: 'creditor-reference', text: 'RF18 5390 0754 7034' }] })] }, 'auto a', []],
    ['remittance lines of an EDI 820', { items: [a, b], payments: [payment('p', '', { amount: 155_555, references: [{ kind: 'remittance-line', text: '4711908256' }, { kind: 'remittance-line', text: '9031557284' }] })] }, 'auto a,b', []],
  ] as const)('%s', (_, input, expected, reasons) => {
    const decision = decide({ items: [...input.items], payments: [...input.payments] as never }).get('p')!;
    expect(verdictOf(decision)).toBe(expected);
    expect(decision.solution!.reasons.map(({ reason }) => reason)).toEqual([...reasons]);
  });
});
