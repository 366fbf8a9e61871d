import { amountText, minorUnits } from './books.ts';
import type { ErpDocument } from './documents.ts';
import type { ErpState } from './state.ts';

export interface LedgerFilter {
  entity?: string;
  externalReference?: string;
}

/** Sum of one account in one currency; `companyAmount` in the company's own. */
export interface AccountBalance {
  companyCode: string;
  account: string;
  currencyCode: string;
  amount: string;
  companyAmount: string;
}

export interface ErpLedger {
  documents: ErpDocument[];
  balances: AccountBalance[];
}

/** The ERP's own truth, for tests: every document with its lines and what they sum to per account. */
export function ledgerOf(state: ErpState, filter: LedgerFilter): ErpLedger {
  const companies = [...state.values()].filter((books) => filter.entity === undefined || books.company.companyCode === filter.entity);
  const documents = companies.flatMap((books) => (filter.externalReference === undefined ? [...books.documents.values()] : (books.byReference.get(filter.externalReference) ?? [])));
  return { documents, balances: balancesOf(documents) };
}

function balancesOf(documents: ErpDocument[]): AccountBalance[] {
  const sums = new Map<string, { companyCode: string; account: string; currencyCode: string; companyCurrency: string; minor: bigint; companyMinor: bigint }>();
  for (const document of documents) {
    for (const line of document.lines) {
      const key = `${document.companyCode}/${line.account}/${line.currencyCode}`;
      const known = sums.get(key) ?? { companyCode: document.companyCode, account: line.account, currencyCode: line.currencyCode, companyCurrency: document.companyCurrency, minor: 0n, companyMinor: 0n };
      known.minor += minorUnits(line.amount, line.currencyCode);
      known.companyMinor += minorUnits(line.companyAmount, document.companyCurrency);
      sums.set(key, known);
    }
  }
  return [...sums.values()].map(({ companyCode, account, currencyCode, companyCurrency, minor, companyMinor }) => ({
    companyCode,
    account,
    currencyCode,
    amount: amountText(minor, currencyCode),
    companyAmount: amountText(companyMinor, companyCurrency),
  }));
}
