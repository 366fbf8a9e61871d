import type { Trx } from '../../db/client.ts';
import { saveRunTotals, type PaymentRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf, type StoredInstruction } from '../../db/repositories/payments.ts';
import type { Money } from '../../domain/model/money.ts';
import { totalsOf } from '../../domain/rules/payments/propose.ts';
import { hashOf } from '../decisions.ts';

export interface RunContent {
  contentHash: string;
  instructions: StoredInstruction[];
  /** Of all currencies, in that of the policy. */
  total: Money;
  discountTaken: Money;
  withheld: Money;
}

/**
 * What is approved and released (P6): every transfer with payee, account version, amount, date and documents. Its hash is the
 * decision hash of the run's tasks; whatever changes in it voids them.
 */
export async function contentOf(trx: Trx, run: Pick<PaymentRun, 'runId' | 'payerAccount'>, currency: string): Promise<RunContent> {
  const instructions = (await instructionsOf(trx, run.runId)).filter(({ state }) => state !== 'removed');
  const contentHash = hashOf({
    runId: run.runId,
    payerAccount: run.payerAccount,
    payments: instructions.map(({ endToEndId, supplierId, amount, executionDate, instruction }) => ({
      endToEndId, supplierId, amount, executionDate, method: instruction.method, documents: instruction.items,
      account: { id: instruction.account.id, version: instruction.account.version, iban: instruction.account.iban ?? null, account: instruction.account.account ?? null },
    })),
  });
  return { contentHash, instructions, ...totalsOf(instructions.map(({ instruction }) => instruction), currency) };
}

/** Writes the run's numbers anew after transfers were taken out. */
export async function saveContent(trx: Trx, run: PaymentRun): Promise<RunContent> {
  const content = await contentOf(trx, run, run.currency ?? '');
  await saveRunTotals(trx, run.runId, {
    items: content.instructions.reduce((sum, { instruction }) => sum + instruction.items.length, 0),
    instructions: content.instructions.length,
    total: content.total,
    discount: content.discountTaken,
    withheld: content.withheld,
    policyVersion: run.policyVersion ?? '',
    contentHash: content.contentHash,
  });
  return content;
}
