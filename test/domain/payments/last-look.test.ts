import { describe, expect, it } from 'vitest';
import type { PaymentHold } from '../../../domain/model/payment.ts';
import { lastLook, type ReleasedItem, type Standing } from '../../../domain/rules/payments/last-look.ts';
import { eur } from './scenario.ts';

const item = (caseId: string, changes: Partial<ReleasedItem> = {}): ReleasedItem => ({ caseId, entity: 'DE01', endToEndId: `E-${caseId}`, open: eur('100'), payee: { supplierId: 'S1', account: { id: 'B1' } }, ...changes });
const standing = (caseId: string, changes: Partial<Standing> = {}): Standing => ({ caseId, supplierId: 'S1', open: eur('100'), current: true, onHold: false, ...changes });
const hold = (subject: PaymentHold['subject'], subjectId: string, entity = 'DE01'): PaymentHold => ({ id: `H-${subject}`, entity, subject, subjectId, reason: 'Disputed delivery' });
const codes = (items: ReleasedItem[], now: Standing[], holds: PaymentHold[] = []) => [...lastLook(items, now, holds)].map(([transfer, { code, rule }]) => [transfer, code, rule]);

describe('P6: what was released is looked at once more before it is filed', () => {
  it('as it was proposed: it goes', () => {
    expect(codes([item('a')], [standing('a')])).toEqual([]);
  });

  it.each<[string, Standing[], PaymentHold[], string]>([
    ['withdrawn, refused, closed or not posted any more', [], [], 'not-payable'],
    ['corrected since', [standing('a', { current: false })], [], 'not-approved'],
    ['blocked since', [standing('a', { onHold: true })], [], 'blocked'],
    ['open for less', [standing('a', { open: eur('60') })], [], 'amount-changed'],
    ['open in another currency', [standing('a', { open: { currency: 'USD', minor: '10000' } })], [], 'amount-changed'],
    ['an open exception, or a hold of the document', [standing('a')], [hold('item', 'a')], 'hold-item'],
    ['a hold of the supplier', [standing('a')], [hold('supplier', 'S1')], 'hold-supplier'],
    ['a hold of the supplier who is paid through another', [standing('a', { supplierId: 'S9' })], [hold('supplier', 'S9')], 'hold-supplier'],
    ['a hold of the payee', [standing('a', { supplierId: 'S9' })], [hold('supplier', 'S1')], 'hold-payee'],
    ['a hold of the account', [standing('a')], [hold('bank-account', 'S1/B1')], 'hold-account'],
    ['a hold of the company', [standing('a')], [hold('entity', 'DE01')], 'hold-entity'],
  ])('%s: it does not', (_what, now, holds, code) => {
    expect(codes([item('a')], now, holds)).toEqual([['E-a', code, code.startsWith('hold') ? 'P1' : 'P6']]);
  });

  it.each<[string, PaymentHold]>([
    ['of another document', hold('item', 'b')],
    ['of another account of the supplier', hold('bank-account', 'S1/B2')],
    ['of the supplier in another company', hold('supplier', 'S1', 'US01')],
  ])('a hold %s stops nothing', (_what, other) => {
    expect(codes([item('a')], [standing('a')], [other])).toEqual([]);
  });

  it('one document takes its whole transfer out, and no other', () => {
    const [a, b, c] = [item('a', { endToEndId: 'E1' }), item('b', { endToEndId: 'E1' }), item('c', { endToEndId: 'E2' })];
    expect(codes([a, b, c], [standing('a'), standing('c')])).toEqual([['E1', 'not-payable', 'P6']]);
  });
});
