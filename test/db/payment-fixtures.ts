import { sql, inTransaction, type Db } from '../../db/client.ts';
import { fixFileInstant, openRun } from '../../db/repositories/payment-runs.ts';
import { addInstructions, changeInstructions, claimItems } from '../../db/repositories/payments.ts';
import type { MessagePlace } from '../../activities/payments/bank-case.ts';
import type { BankStatement, StatementEntry } from '../../domain/model/bank-statement.ts';
import type { ProposedInstruction, ProposedItem } from '../../domain/model/payment.ts';
import { aCase } from './fixtures.ts';

export const eur = (minor: number) => ({ currency: 'EUR', minor: String(minor) });

export interface SentPayment {
  caseId: string;
  runId: string;
  endToEndId: string;
}

/** A run with one payment over 10.00 EUR for one new document, in the state that the bank left it in. */
export async function aPayment(db: Db, name: string, { state = 'sent', executionDate = '2026-11-20' }: { state?: string; executionDate?: string } = {}): Promise<SentPayment> {
  const caseId = await aCase(db, name);
  const start = { workflow: 'paymentRun', queue: 'fin-workflows', process: 'ap-payment-run', workflowVersion: 'payment-run/1', searchAttributes: {} };
  const { runId } = await openRun(db, { entity: 'DE01', runDate: executionDate, nextRunDate: executionDate, slot: name, payerAccount: 'main', dryRun: false, actor: 'system:test', correlationId: name, start });
  const endToEndId = `E2E-${name}`;
  const item = { caseId, revision: 1, open: eur(1000), amount: eur(1000), payBy: executionDate } as unknown as ProposedItem;
  const instruction = { groupKey: name, payee: { supplierId: 'S1', name: 'Muster GmbH' }, account: { id: 'A1' }, amount: eur(1000), executionDate, items: [caseId], possibleDuplicates: [] } as unknown as ProposedInstruction;
  await inTransaction(db, async (trx) => {
    await claimItems(trx, 'DE01', runId, [{ ...item, endToEndId }], 'proposed');
    await addInstructions(trx, 'DE01', runId, [{ endToEndId, accountKey: 'DE1', instruction }], 'proposed');
    await fixFileInstant(trx, runId, runId, '2026-11-20T08:00:00.000Z');
    await changeInstructions(trx, runId, [{ endToEndId, state }]);
  });
  return { caseId, runId, endToEndId };
}

export const place = (messageId: string): MessagePlace => ({ entity: 'DE01', source: 'bank/DE01', messageId, at: '2026-11-21T08:00:00.000Z', dueAt: '2026-11-21T12:00:00.000Z' });

/** Signed minor units: money out is negative. The reference of the bank makes the entry another one. */
export const booked = (minor: number, reference: string, changes: Partial<StatementEntry> = {}): StatementEntry => ({ amount: eur(minor), status: 'booked', bookingDate: '2026-11-20', references: { bank: reference }, text: '', ...changes });

/** The account that DE01 of the shipped set pays from, under the name `main`. */
export const ownAccount = 'DE02120300000000202051';

export const statementOf = (entries: StatementEntry[], changes: Partial<BankStatement> = {}): BankStatement => ({ account: ownAccount, number: '7', entries, findings: [], ...changes });

export async function stateOf(db: Db, { runId, endToEndId }: SentPayment): Promise<string | undefined> {
  const [row] = await sql<{ state: string }>(db, `select state from payment_instructions where run_id = :runId and end_to_end_id = :endToEndId`, { runId, endToEndId });
  return row?.state;
}

export async function openCodes(db: Db): Promise<string[]> {
  return (await sql<{ code: string }>(db, `select code from exceptions where state = 'open' order by number`)).map(({ code }) => code);
}
