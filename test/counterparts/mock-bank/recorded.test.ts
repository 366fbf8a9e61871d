import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBankMessage, type ReadBankMessage } from '../../../documents/payments/read-bank-message.ts';
import { afterBankStatus } from '../../../domain/rules/payments/bank-status.ts';
import { statusesOf } from '../../../domain/rules/payments/status-report.ts';
import { describeWithMockBank } from '../../support/mock-bank.ts';
import { record, withoutTimes } from './record.ts';

/** What mock-bank said. A file that is removed is recorded anew by the next run, except where CI looks. */
const folder = join(import.meta.dirname, '../../fixtures/mock-bank');

describeWithMockBank('what it says today', () => {
  it('is what was recorded', async () => {
    const said = await record();
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of said) if (!process.env['CI'] && !existsSync(join(folder, name))) writeFileSync(join(folder, name), text);
    expect(readdirSync(folder).sort()).toEqual([...said.keys()].sort());
    for (const [name, text] of said) expect([name, withoutTimes(text)]).toEqual([name, withoutTimes(readFileSync(join(folder, name), 'utf8'))]);
  });
});

describe('what it said is read as what it means', () => {
  const read = (name: string): Promise<ReadBankMessage> => readBankMessage(readFileSync(join(folder, name), 'utf8'));

  it.each<[string, object]>([
    ['status-part.xml', { originalMessageId: 'FIXTURE-1', groupStatus: 'PART', transfers: [{ endToEndId: 'E-PAID', status: 'ACCP' }, { endToEndId: 'E-CLOSED', status: 'RJCT', reasonCode: 'AC04' }, { endToEndId: 'E-RETURNED', status: 'ACCP' }] }],
    ['status-duplicate.xml', { originalMessageId: 'FIXTURE-1', groupStatus: 'RJCT', reasonCode: 'DUPL', transfers: [] }],
    ['status-refused-file.xml', { originalMessageId: 'FIXTURE-3', groupStatus: 'RJCT', reasonCode: 'FF01', transfers: [] }],
    ['status-later-rejection.xml', { originalMessageId: 'FIXTURE-2', transfers: [{ endToEndId: 'E-CLOSED-LATER', status: 'RJCT', reasonCode: 'AC04' }] }],
    ['ach-acknowledgement.txt', { groupStatus: 'PART', transfers: [{ endToEndId: 'E-ACH-PAID', status: 'ACCP' }, { endToEndId: 'E-ACH-RETURNED', status: 'RJCT', reasonCode: 'R02' }] }],
  ])('%s is a status report', async (name, expected) => {
    const report = await read(name);
    expect(report).toMatchObject({ kind: 'status-report', ...expected });
    if (report.kind === 'status-report' && name === 'status-later-rejection.xml') expect(report.groupStatus).toBeUndefined();
  });

  it('P7: a report of DUPL rejects none of the payments of the first file', async () => {
    const report = await read('status-duplicate.xml');
    if (report.kind !== 'status-report') throw new Error(`read as ${report.kind}`);
    const { statuses } = statusesOf(report, [{ endToEndId: 'E-PAID', paymentInformationId: 'P' }]);
    expect(statuses).toMatchObject([{ level: 'group', status: 'RJCT', reasonCode: 'DUPL' }]);
    for (const state of ['sent', 'unknown', 'in-process', 'settled-at-bank', 'confirmed'] as const)
      for (const { status, level, reasonCode } of statuses) expect(afterBankStatus(state, status, level, reasonCode)).toMatchObject({ final: state === 'confirmed' });
  });

  it.each<[string, object]>([
    ['return.xml', { endToEndId: 'E-RETURNED', originalMessageId: 'FIXTURE-1', amount: { currency: 'EUR', minor: '30050' }, reasonCode: 'MD07', settledOn: '2026-10-06' }],
    ['ach-return.ach', { endToEndId: 'E-ACH-RETURNED', amount: { currency: 'USD', minor: '20050' }, reasonCode: 'R02' }],
  ])('%s is a return', async (name, expected) => {
    expect(await read(name)).toMatchObject({ kind: 'returns', returns: [expected] });
  });

  it.each<[string, object]>([
    ['notification-debit.xml', { account: 'NL41MOCK0000000001', entries: [{ amount: { minor: '-10000' }, endToEndId: 'E-PAID', bookingDate: '2026-10-02' }, { amount: { minor: '-30050' }, endToEndId: 'E-RETURNED' }] }],
    ['notification-return.xml', { entries: [{ amount: { minor: '30050' }, endToEndId: 'E-RETURNED', returnReason: 'MD07', bookingDate: '2026-10-06' }] }],
    ['statement.xml', { opening: { minor: '12500000' }, closing: { minor: '12459950' }, findings: [] }],
    ['statement.bai', { account: '0000000001', opening: { currency: 'USD', minor: '12500000' }, closing: { currency: 'USD', minor: '12489950' }, entries: [{ amount: { minor: '-10050' }, code: '447', references: { bank: 'E-ACH-PAID' } }], findings: [] }],
  ])('%s is a statement of one account', async (name, expected) => {
    expect(await read(name)).toMatchObject({ kind: 'statements', problems: [], statements: [expected] });
  });
});
