import { describe, expect, it } from 'vitest';
import type { PaymentHold } from '../../../domain/model/payment.ts';
import { lastLook, type Moment, type ReleasedItem, type Standing } from '../../../domain/rules/payments/last-look.ts';
import { eur } from './scenario.ts';

/** To be executed on Tuesday 2 June 2026, screened on that day. */
const item = (caseId: string, changes: Partial<ReleasedItem> = {}): ReleasedItem => ({
  caseId, entity: 'DE01', endToEndId: `E-${caseId}`, open: eur('100'), payee: { supplierId: 'S1', account: { id: 'B1' } }, executionDate: '2026-06-02', payBy: '2026-06-30', screenedOn: '2026-06-02', ...changes,
});
const standing = (caseId: string, changes: Partial<Standing> = {}): Standing => ({ caseId, supplierId: 'S1', open: eur('100'), current: true, onHold: false, ...changes });
const hold = (subject: PaymentHold['subject'], subjectId: string, entity = 'DE01'): PaymentHold => ({ id: `H-${subject}`, entity, subject, subjectId, reason: 'Disputed delivery' });
const inTime: Moment = { earliestExecution: '2026-06-02', screenedSince: '2026-06-01' };
const dayAfter: Moment = { earliestExecution: '2026-06-03', screenedSince: '2026-06-02' };
const codes = (items: ReleasedItem[], now: Standing[], holds: PaymentHold[] = [], moment: Moment = inTime) => [...lastLook(items, now, holds, moment)].map(([transfer, { code, rule }]) => [transfer, code, rule]);

describe('P6: what was released is looked at once more before it is filed', () => {
  it('as it was proposed: it goes', () => {
    expect(codes([item('a')], [standing('a')])).toEqual([]);
  });

  it.each<[string, Standing[], PaymentHold[], string]>([
    ['withdrawn, refused, closed or not posted any more', [], [], 'not-payable'],
    ['corrected since', [standing('a', { current: false })], [], 'not-approved'],
    ['blocked since', [standing('a', { onHold: true })], [], 'blocked'],
    ['open for less', [standing('a', { open: eur('60') })], [], 'amount-changed'],
    ['open for more', [standing('a', { open: eur('140') })], [], 'amount-changed'],
    ['open in another currency', [standing('a', { open: { currency: 'USD', minor: '10000' } })], [], 'amount-changed'],
    ['cleared in the ERP', [standing('a', { inErp: { state: 'cleared' } })], [], 'cleared-in-erp'],
    ['open for less in the ERP', [standing('a', { inErp: { state: 'open', open: eur('30'), paymentBlocked: false } })], [], 'differs-in-erp'],
    ['open in another currency in the ERP', [standing('a', { inErp: { state: 'open', open: { currency: 'USD', minor: '10000' }, paymentBlocked: false } })], [], 'differs-in-erp'],
    ['blocked in the ERP', [standing('a', { inErp: { state: 'open', open: eur('100'), paymentBlocked: true } })], [], 'blocked-in-erp'],
    ['not to be read in the ERP', [standing('a', { inErp: { state: 'unreadable' } })], [], 'unreadable-in-erp'],
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

  it('open in the ERP as here: it goes', () => {
    expect(codes([item('a')], [standing('a', { inErp: { state: 'open', open: eur('100'), paymentBlocked: false } })])).toEqual([]);
  });

  it('says of which document of the transfer the ERP holds what', () => {
    const [reason] = [...lastLook([item('a')], [standing('a', { inErp: { state: 'open', open: eur('30'), paymentBlocked: false } })], [], inTime).values()];
    expect(reason!.message).toBe('Document a: The document is open for 100.00 EUR here and for 30.00 EUR in the ERP.');
  });

  it('one document takes its whole transfer out, and no other', () => {
    const [a, b, c] = [item('a', { endToEndId: 'E1' }), item('b', { endToEndId: 'E1' }), item('c', { endToEndId: 'E2' })];
    expect(codes([a, b, c], [standing('a'), standing('c')])).toEqual([['E1', 'not-payable', 'P6']]);
  });
});

describe('P11, P4: a transfer that the bank would execute later than it was released for is not filed', () => {
  const late = (items: ReleasedItem[], moment = dayAfter) => [...lastLook(items, items.map(({ caseId }) => standing(caseId)), [], moment)].map(([transfer, { code, rule, message }]) => ({ transfer, code, rule, message }));
  const discount = { percent: '2', amount: eur('2'), until: '2026-06-02' };

  it('while its day can be met it goes, and so does one of a later day', () => {
    expect(late([item('a')], inTime)).toEqual([]);
    expect(late([item('a', { executionDate: '2026-06-03' }), item('b', { executionDate: '2026-06-08' })])).toEqual([]);
  });

  it('the cut-off was missed', () => {
    expect(late([item('a')])).toEqual([{ transfer: 'E-a', code: 'cut-off-missed', rule: 'P11', message: 'The payment was released for 2026-06-02, and the bank would not execute it before 2026-06-03: its cut-off was missed. The next run proposes the document anew.' }]);
  });

  it('the cut-off was missed, and the discount with it', () => {
    expect(late([item('a', { discount, payBy: '2026-06-02' })])).toEqual([
      { transfer: 'E-a', code: 'discount-lapsed', rule: 'P4', message: 'The payment takes 2.00 EUR off document a, which was to be paid by 2026-06-02, and the bank would not execute it before 2026-06-03: the discount is over. The next run proposes the document anew.' },
    ]);
  });

  it('a discount that could still be had changes nothing: another day was released', () => {
    expect(late([item('a', { discount, payBy: '2026-06-03' })]).map(({ code }) => code)).toEqual(['cut-off-missed']);
  });

  it('a net term that passes is no lapsed discount', () => {
    expect(late([item('a', { payBy: '2026-06-02' })]).map(({ code }) => code)).toEqual(['cut-off-missed']);
  });

  it('of several documents of a transfer the one that loses its discount is told of', () => {
    const [a, b] = [item('a', { endToEndId: 'E1' }), item('b', { endToEndId: 'E1', discount, payBy: '2026-06-02' })];
    expect(late([a, b]).map(({ transfer, code }) => [transfer, code])).toEqual([['E1', 'discount-lapsed']]);
  });

  it('each transfer is judged by its own day', () => {
    expect(late([item('a'), item('b', { executionDate: '2026-06-03' })]).map(({ transfer, code }) => [transfer, code])).toEqual([['E-a', 'cut-off-missed']]);
  });

  it('what is wrong with the document is told first', () => {
    expect(codes([item('a')], [standing('a', { current: false })], [], dayAfter)).toEqual([['E-a', 'not-approved', 'P6']]);
  });
});

describe('P1, P10: the last word on a payee is not too old', () => {
  const on = (screenedOn: string | undefined, screenedSince: string) => {
    const { screenedOn: _, ...unasked } = item('a');
    return codes([screenedOn === undefined ? unasked : item('a', { screenedOn })], [standing('a')], [], { ...inTime, screenedSince });
  };

  it.each<[string, string, string, string | undefined]>([
    ['of the same day', '2026-06-02', '2026-06-02', undefined],
    ['of the first day that counts', '2026-06-01', '2026-06-01', undefined],
    ['of the day before that', '2026-05-31', '2026-06-01', 'screening-outdated'],
    ['of last year', '2025-12-31', '2026-06-01', 'screening-outdated'],
  ])('%s', (_, screenedOn, since, code) => expect(on(screenedOn, since)).toEqual(code === undefined ? [] : [['E-a', code, 'P10']]));

  it('nobody has asked: it does not go', () => expect(on(undefined, '2026-06-01')).toEqual([['E-a', 'not-screened', 'P10']]));

  it('says when it was asked, and from when on an answer counts', () => {
    const reasons = [...lastLook([item('a', { screenedOn: '2026-05-30' })], [standing('a')], [], inTime).values()];
    expect(reasons.map(({ message }) => message)).toEqual(['The payee was screened on 2026-05-30; results from before 2026-06-01 do not count any more. The next run asks again.']);
  });
});
