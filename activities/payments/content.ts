import type { Trx } from '../../db/client.ts';
import { saveRunTotals, type PaymentRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf, itemsOf, type StoredInstruction } from '../../db/repositories/payments.ts';
import type { Money } from '../../domain/model/money.ts';
import { sumMoney, money } from '../../domain/rules/money.ts';
import { hashOf } from '../decisions.ts';

export interface RunContent {
  contentHash: string;
  instructions: StoredInstruction[];
  total: Money;
}

/**
 * What is approved and released (P6): every transfer with payee, account version, amount, date and documents. Its hash is the
 * decision hash of the run's tasks; whatever changes in it voids them.
 */
export async function contentOf(trx: Trx, run: Pick<PaymentRun, 'runId' | 'payerAccount'>): Promise<RunContent> {
  const instructions = (await instructionsOf(trx, run.runId)).filter(({ state }) => state !== 'removed');
  const contentHash = hashOf({
    runId: run.runId,
    payerAccount: run.payerAccount,
    payments: instructions.map(({ endToEndId, supplierId, amount, executionDate, instruction }) => ({
      endToEndId, supplierId, amount, executionDate, method: instruction.method, documents: instruction.items,
      account: { id: instruction.account.id, version: instruction.account.version, iban: instruction.account.iban ?? null, account: instruction.account.account ?? null },
    })),
  });
  const currency = instructions[0]?.amount.currency ?? 'EUR';
  return { contentHash, instructions, total: sumMoney(currency, instructions.filter(({ amount }) => amount.currency === currency).map(({ amount }) => amount)) };
}

/** Writes the run's numbers anew after transfers were taken out. */
export async function saveContent(trx: Trx, run: PaymentRun): Promise<RunContent> {
  const content = await contentOf(trx, run);
  const kept = new Set(content.instructions.flatMap(({ instruction }) => instruction.items));
  const items = (await itemsOf(trx, run.runId)).filter(({ caseId }) => kept.has(caseId));
  const { currency } = content.total;
  const discounts = items.map(({ item }) => item.discount?.amount).filter((amount) => amount !== undefined && amount.currency === currency) as Money[];
  await saveRunTotals(trx, run.runId, {
    items: items.length,
    instructions: content.instructions.length,
    total: content.total,
    discount: discounts.length === 0 ? money(currency, 0n) : sumMoney(currency, discounts),
    policyVersion: run.policyVersion ?? '',
    contentHash: content.contentHash,
  });
  return content;
}
