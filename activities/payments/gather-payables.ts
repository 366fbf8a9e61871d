import { z } from 'zod';
import { keepFacts } from '../../db/repositories/assessments.ts';
import { openPayables } from '../../db/repositories/payables.ts';
import { supplierSchema, type Supplier } from '../../domain/model/supplier.ts';
import { requiredEntity } from '../lookup.ts';
import type { RunRef } from './commands.ts';
import type { PaymentParts } from './parts.ts';
import { paymentSettings } from './settings.ts';

/** What the ERP knew about the payees of one run; kept, so that the proposal can be explained for ever. */
export const payeeFactsSchema = z.object({ suppliers: z.array(supplierSchema), rates: z.array(z.object({ from: z.string(), to: z.string(), rate: z.string() }).strict()) }).strict();

const pageSize = 100;

/** Reads the suppliers of everything that is open, as they are now, in pages, and the rates into the currency in which the policy sets its limits. */
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
  const facts = { suppliers, rates: rates.flatMap((rate) => (rate ? [{ from: rate.from, to: rate.to, rate: rate.rate }] : [])) };
  const factsId = `${caseId}-f-${parts.now().getTime().toString(36)}`;
  await keepFacts(parts.db, { id: factsId, entity, caseId, documentVersion: 1, facts });
  return { factsId };
}
