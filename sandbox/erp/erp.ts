import { isCurrency } from '../../domain/rules/money.ts';
import { Refusal } from '../shared/http.ts';
import { openJournalFile } from '../shared/journal-file.ts';
import { postMovement } from './movements.ts';
import { applyFact, type CompanyBooks, type ErpFact, type ErpState } from './state.ts';
import type { Seed } from './vendor-model.ts';

/** The ERP: its state, and the only way to change it. */
export interface Erp {
  readonly state: ErpState;
  /** Bytes of a torn last line, dropped at opening. */
  readonly droppedBytes: number;
  books(companyCode: string | undefined): CompanyBooks;
  /** Writes the fact and applies it; it may be told to nobody before `durable`. */
  commit(fact: ErpFact): void;
  durable(): Promise<void>;
  /** Adds master data, orders and receipts of one company; vendors and orders of the same number are replaced. */
  seed(seed: Seed): void;
  now(): string;
  close(): void;
}

/** Opens the file and rebuilds the state from it; a company that a shipped seed names and the file does not is added. */
export function openErp(path: string, seeds: Seed[], clock: () => Date = () => new Date()): Erp {
  const file = openJournalFile<ErpFact>(path, clock);
  const state: ErpState = new Map();
  for (const record of file.records) applyFact(state, record);

  const erp: Erp = { state, droppedBytes: file.droppedBytes, books, commit, seed, now: () => clock().toISOString(), durable: () => file.durable(), close: () => file.close() };
  for (const shipped of seeds) if (!state.has(shipped.companyCode)) erp.seed(shipped);
  return erp;

  function books(companyCode: string | undefined): CompanyBooks {
    const found = state.get(companyCode ?? '');
    if (!found) throw new Refusal(404, 'COMPANY', `there is no company ${companyCode}`);
    return found;
  }

  function commit(fact: ErpFact): void {
    applyFact(state, file.append(fact));
  }

  function seed({ companyCode, company, vendors, orders, movements }: Seed): void {
    for (const code of [company?.currencyCode, ...orders.map((order) => order.currencyCode)])
      if (code !== undefined && !isCurrency(code)) throw new Refusal(422, 'CURRENCY', `there is no currency ${code}`);
    if (company) commit({ kind: 'company', company: { companyCode, ...company } });
    const target = books(companyCode);
    for (const vendor of vendors) commit({ kind: 'vendor', companyCode, vendor });
    for (const order of orders) {
      if (!target.vendors.has(order.vendorNo)) throw new Refusal(422, 'VENDOR-UNKNOWN', `order ${order.orderNo} names vendor ${order.vendorNo}, which does not exist`);
      commit({ kind: 'order', companyCode, order });
    }
    for (const movement of movements) commit(postMovement(books(companyCode), movement, erp.now()));
  }
}
