import { z } from 'zod';
import type { ErpPort } from '../../adapters/ports/erp.ts';
import { keepFacts } from '../../db/repositories/assessments.ts';
import { confirmedAccounts, openPayables, paidAccounts, type OpenPayable } from '../../db/repositories/payables.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import { heldInErpSchema, payeeVerificationSchema, type HeldInErp, type Payable, type PayeeAccount, type PayeeVerification } from '../../domain/model/payment.ts';
import { supplierSchema, type Supplier } from '../../domain/model/supplier.ts';
import { KontorError } from '../../domain/errors.ts';
import { blocksOpenItem } from '../../domain/rules/payments/bank-status.ts';
import { isOverPrepaid } from '../../domain/rules/payments/facts.ts';
import { erpReasons } from '../../domain/rules/payments/held-in-erp.ts';
import { changedAccountKey, unconfirmedChange } from '../../domain/rules/payments/changed-accounts.ts';
import { beatingMeanwhile } from '../activity.ts';
import { requiredEntity } from '../lookup.ts';
import type { RunRef } from './commands.ts';
import { openItemsInErp } from './held-in-erp.ts';
import type { PaymentParts } from './parts.ts';
import { paymentSettings } from './settings.ts';

/** What the ERP knew about the payees and documents of one run; kept, so that the proposal can be explained for ever. `clearedInErp`: cases, in facts that were kept when nothing else of the ERP's open items was looked at. */
export const payeeFactsSchema = z
  .object({
    suppliers: z.array(supplierSchema),
    rates: z.array(z.object({ from: z.string(), to: z.string(), rate: z.string() }).strict()),
    verifications: z.array(payeeVerificationSchema).default([]),
    heldInErp: z.array(z.object({ caseId: z.string(), inErp: heldInErpSchema }).strict()).default([]),
    clearedInErp: z.array(z.string()).default([]),
  })
  .strict()
  .transform(({ heldInErp, clearedInErp, ...facts }) => ({
    ...facts,
    heldInErp: new Map<string, HeldInErp>([...clearedInErp.map((caseId): [string, HeldInErp] => [caseId, { state: 'cleared' }]), ...heldInErp.map(({ caseId, inErp }): [string, HeldInErp] => [caseId, inErp])]),
  }));

const pageSize = 100;

/** Reads the suppliers of everything that is open, as they are now, in pages, what the ERP holds otherwise than we do, and the rates into the currency in which the policy sets its limits. */
export async function gatherPayables(parts: PaymentParts, { entity, caseId, correlationId }: RunRef, heartbeat: () => void): Promise<{ factsId: string }> {
  const company = await requiredEntity(parts.db, entity);
  const { port } = parts.erpOf(company);
  const payables = await openPayables(parts.db, entity);
  const ids = [...new Set(payables.flatMap(({ payee, supplierId }) => [supplierId, payee?.supplierId ?? supplierId]))].sort();
  const suppliers: Supplier[] = [];
  for (let start = 0; start < ids.length; start += pageSize) {
    suppliers.push(...(await port.getSuppliers(entity, ids.slice(start, start + pageSize), { correlationId })));
    heartbeat();
  }
  const date = parts.now().toISOString().slice(0, 10);
  const { currency: to } = (await paymentSettings(parts.db, company, parts.now())).policy.content;
  const currencies = [...new Set(payables.map(({ open }) => open.currency))].filter((currency) => currency !== to).sort();
  const rates = await Promise.all(currencies.map((from) => port.getExchangeRate?.({ entity, from, to, date }, { correlationId })));
  const verifications = await verifyChanged(parts, { entity, correlationId }, company, payables, suppliers, heartbeat);
  const facts: z.input<typeof payeeFactsSchema> = {
    suppliers,
    rates: rates.flatMap((rate) => (rate ? [{ from: rate.from, to: rate.to, rate: rate.rate }] : [])),
    verifications,
    heldInErp: await heldOtherwise(port, { entity, correlationId }, payables),
  };
  const factsId = `${caseId}-f-${parts.now().getTime().toString(36)}`;
  await keepFacts(parts.db, { id: factsId, entity, caseId, documentVersion: 1, facts });
  return { factsId };
}

/** Who is to be paid for a document, and on which account, as the ERP has them now. */
export function payeeOf({ payee, supplierId: sellerId }: OpenPayable, suppliers: ReadonlyMap<string, Supplier>, company: LegalEntity): Payable['payee'] {
  const supplierId = payee?.supplierId ?? sellerId;
  const supplier = suppliers.get(supplierId);
  const account = supplier?.bankAccounts.find(({ id }) => id === payee?.account?.id);
  return { supplierId, name: supplier?.name ?? supplierId, country: supplier?.country ?? company.country, status: supplier?.status ?? 'inactive', ...(account ? { account } : {}) };
}

/**
 * Documents that the ERP holds as cleared, for another amount or as blocked, and we do not, as after a part was paid by hand there or an older database was
 * restored here: paying them would pay too much. What a run of ours holds is not looked at, because it is settled there and here at different moments; nor what
 * a supplier owes, which is settled there alone.
 */
async function heldOtherwise(port: ErpPort, ref: Pick<RunRef, 'entity' | 'correlationId'>, payables: readonly OpenPayable[]): Promise<{ caseId: string; inErp: HeldInErp }[]> {
  const openItems = await openItemsInErp(port, ref);
  if (!openItems) return [];
  const free = payables.filter((item) => item.open.minor !== '0' && !isOverPrepaid(item) && !(item.inRun && blocksOpenItem(item.inRun.state)));
  return free.map((item) => ({ item, inErp: openItems(item.postedAs) })).filter(({ item, inErp }) => erpReasons({ ...item, blocked: item.onHold }, inErp, 'P1').length > 0).map(({ item: { caseId }, inErp }) => ({ caseId, inErp }));
}

/** Asks the bank whose name is on accounts that changed (P9). A bank that cannot tell, and one that does not answer, is no pass. */
async function verifyChanged(parts: PaymentParts, { entity, correlationId }: Pick<RunRef, 'entity' | 'correlationId'>, company: LegalEntity, payables: readonly OpenPayable[], suppliers: readonly Supplier[], heartbeat: () => void): Promise<PayeeVerification[]> {
  const isUnconfirmed = unconfirmedChange({ paidTo: await paidAccounts(parts.db, entity), confirmedAccounts: await confirmedAccounts(parts.db, entity) });
  const bySupplier = new Map(suppliers.map((supplier) => [supplier.id, supplier]));
  const changed = new Map<string, Payable['payee'] & { account: PayeeAccount }>();
  for (const item of payables) {
    const { account, ...payee } = payeeOf(item, bySupplier, company);
    if (account && isUnconfirmed({ ...payee, account })) changed.set(changedAccountKey(payee.supplierId, account), { ...payee, account });
  }
  const bank = parts.bankOf(company);
  const verifications: PayeeVerification[] = [];
  for (const { supplierId, name, account: { id: accountId, version, iban } } of changed.values()) {
    const answer = iban === undefined ? undefined : await beatingMeanwhile(heartbeat, async () => bank?.port.verifyPayee?.({ name, iban }, { correlationId })).catch(unavailable);
    verifications.push({ supplierId, accountId, version, ...(answer ?? { result: 'unavailable' }) });
    heartbeat();
  }
  return verifications;
}

function unavailable(error: unknown): undefined {
  if (!(error instanceof KontorError)) throw error;
  return undefined;
}
