import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaymentStatusReport } from '../../../domain/model/bank-message.ts';
import { afterBankStatus, blocksOpenItem, isFinal, paymentStates, type PaymentState, type StatusEffect, type StatusLevel } from '../../../domain/rules/payments/bank-status.ts';
import { statusesOf } from '../../../domain/rules/payments/status-report.ts';

const pending = ['ACTC', 'ACCP', 'ACSP', 'ACWC', 'PDNG', 'RCVD'];
const settled = ['ACSC', 'ACCC'];

describe('P8: what the bank says moves a payment forward', () => {
  it.each<[PaymentState, string, PaymentState, StatusEffect]>([
    ['sent', 'RCVD', 'in-process', 'none'],
    ['sent', 'ACTC', 'in-process', 'none'],
    ['sent', 'ACCP', 'in-process', 'none'],
    ['sent', 'ACSP', 'in-process', 'none'],
    ['sent', 'ACWC', 'in-process', 'none'],
    ['sent', 'PDNG', 'in-process', 'none'],
    ['filed', 'ACTC', 'in-process', 'none'],
    ['unknown', 'ACTC', 'in-process', 'none'],
    ['sent', 'PART', 'in-process', 'evaluate-items'],
    ['sent', 'ACSC', 'settled-at-bank', 'none'],
    ['in-process', 'ACCC', 'settled-at-bank', 'none'],
    ['sent', 'RJCT', 'rejected', 'reopen'],
    ['unknown', 'RJCT', 'rejected', 'reopen'],
    ['in-process', 'RJCT', 'rejected', 'reopen'],
    // A code of tomorrow is pending, never success.
    ['sent', 'WHAT', 'in-process', 'none'],
    ['sent', '', 'in-process', 'none'],
    ['settled-at-bank', 'WHAT', 'settled-at-bank', 'none'],
    // Late and out of order.
    ['settled-at-bank', 'ACCP', 'settled-at-bank', 'none'],
    ['confirmed', 'ACCP', 'confirmed', 'none'],
    ['confirmed', 'ACSC', 'confirmed', 'none'],
    ['confirmed', 'PDNG', 'confirmed', 'none'],
    ['rejected', 'ACCP', 'rejected', 'none'],
    ['rejected', 'RJCT', 'rejected', 'none'],
    ['returned', 'ACSC', 'returned', 'none'],
    ['returned', 'RJCT', 'returned', 'none'],
    // The bank contradicts itself.
    ['confirmed', 'RJCT', 'confirmed', 'case'],
    ['settled-at-bank', 'RJCT', 'settled-at-bank', 'case'],
    ['rejected', 'ACSC', 'rejected', 'case'],
    // Nobody sent it.
    ['approved', 'ACCP', 'approved', 'case'],
    ['proposed', 'ACSC', 'proposed', 'case'],
    ['removed', 'RJCT', 'removed', 'case'],
  ])('%s, then %s: %s, %s', (state, code, after, effect) => {
    const result = afterBankStatus(state, code, code === 'PART' ? 'group' : 'transfer');
    expect(result).toMatchObject({ state: after, effect, final: isFinal(after) });
    if (effect === 'case') expect(result.message).toMatch(/^The bank .+\.$/);
  });

  it.each<[string, PaymentState, PaymentState, StatusEffect]>([
    ['AM05', 'sent', 'unknown', 'enquire'],
    ['DUPL', 'sent', 'unknown', 'enquire'],
    ['DUPL', 'settled-at-bank', 'settled-at-bank', 'none'],
    ['DU01', 'filed', 'unknown', 'enquire'],
    ['DU04', 'unknown', 'unknown', 'enquire'],
    ['AM05', 'in-process', 'in-process', 'enquire'],
    ['AM05', 'confirmed', 'confirmed', 'none'],
    ['AC04', 'sent', 'rejected', 'reopen'],
    ['AM04', 'in-process', 'rejected', 'reopen'],
  ])('rejected for %s while %s: a second delivery is no rejection of the first: %s, %s', (reason, state, after, effect) => {
    expect(afterBankStatus(state, 'RJCT', 'group', reason)).toMatchObject({ state: after, effect });
  });

  it('only the statuses of single transfers end an evaluation', () => expect(afterBankStatus('sent', 'PART', 'transfer').effect).toBe('none'));

  const rank: Record<PaymentState, number> = { proposed: 0, approved: 1, filed: 2, sent: 3, unknown: 3, 'in-process': 4, 'settled-at-bank': 5, rejected: 6, confirmed: 6, returned: 7, removed: 7 };
  const message = fc.record({ code: fc.constantFrom(...pending, ...settled, 'RJCT', 'PART', 'NEW1'), level: fc.constantFrom<StatusLevel>('group', 'batch', 'transfer'), reason: fc.constantFrom(undefined, 'AC04', 'AM05') });

  it('any messages in any order never move a state backwards, confirm or return a payment, or send one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paymentStates), fc.array(message, { maxLength: 12 }), (start, messages) => {
        let state = start;
        for (const { code, level, reason } of messages) {
          const after = afterBankStatus(state, code, level, reason);
          expect(rank[after.state]).toBeGreaterThanOrEqual(rank[state]);
          if (after.state !== state) expect(['unknown', 'in-process', 'settled-at-bank', 'rejected']).toContain(after.state);
          if (isFinal(state)) expect(after.state).toBe(state);
          expect(after.effect === 'reopen').toBe(after.state === 'rejected' && state !== 'rejected');
          expect(afterBankStatus(after.state, code, level, reason).state).toBe(after.state);
          state = after.state;
        }
      }),
    );
  });

  it('what may have been paid although its documents can be paid is held', () => {
    const held = (code: string) => paymentStates.filter((state) => afterBankStatus(state, code, 'transfer').hold);
    expect(held('ACSC')).toEqual(['proposed', 'approved', 'rejected', 'removed']);
    expect(held('ACSP')).toEqual(['proposed', 'approved', 'removed']);
    expect(held('RJCT')).toEqual([]);
  });

  it('P1: what holds an open item, and what is over', () => {
    expect(paymentStates.filter(blocksOpenItem)).toEqual(['proposed', 'approved', 'filed', 'sent', 'unknown', 'in-process', 'settled-at-bank', 'confirmed']);
    expect(paymentStates.filter(isFinal)).toEqual(['confirmed', 'rejected', 'returned', 'removed']);
  });
});

describe('P8: a report about a file', () => {
  const report: PaymentStatusReport = {
    kind: 'status-report', messageId: 'B1', originalMessageId: 'R1', groupStatus: 'PART', reasonText: 'see items',
    batches: [{ paymentInformationId: 'R1-2', status: 'RJCT', reasonCode: 'AG01' }],
    transfers: [{ endToEndId: 'E1', status: 'RJCT', reasonCode: 'AC04' }, { endToEndId: 'E9', status: 'ACCP', bankReference: 'X' }],
  };
  const instructions = [{ endToEndId: 'E1', paymentInformationId: 'R1-1' }, { endToEndId: 'E2', paymentInformationId: 'R1-1' }, { endToEndId: 'E3', paymentInformationId: 'R1-2' }];

  it('a transfer has its own status, else that of its batch, else that of the file', () => {
    expect(statusesOf(report, instructions).statuses).toEqual([
      { endToEndId: 'E1', level: 'transfer', status: 'RJCT', reasonCode: 'AC04' },
      { endToEndId: 'E2', level: 'group', status: 'PART', reasonText: 'see items' },
      { endToEndId: 'E3', level: 'batch', status: 'RJCT', reasonCode: 'AG01' },
    ]);
  });

  it('a transfer that was rejected is so whatever its batch says', () => {
    const told = { ...report, batches: [{ paymentInformationId: 'R1-1', status: 'ACSC' }] };
    expect(statusesOf(told, instructions).statuses.map(({ level, status }) => [level, status])).toEqual([['transfer', 'RJCT'], ['batch', 'ACSC'], ['group', 'PART']]);
  });

  it('a status for an unknown id is kept', () => expect(statusesOf(report, instructions).strangers).toEqual([{ endToEndId: 'E9', level: 'transfer', status: 'ACCP', bankReference: 'X' }]));

  it('without a status of the file only what is named has one', () => {
    const { groupStatus: _, ...rest } = report;
    expect(statusesOf(rest, instructions).statuses.map(({ endToEndId }) => endToEndId)).toEqual(['E1', 'E3']);
  });
});
