import type { CompanyBooks } from './state.ts';
import type { Vendor } from './vendor-model.ts';

/** Vendors that share any of the marks in the query: `vendorNo`, `vatRegNo`, `taxNo`, `registerNo`, `partnerCode`, `iban`, `name`; each may repeat. */
export function searchVendors(books: CompanyBooks, query: URLSearchParams): Vendor[] {
  const marks = [...query].map(([kind, value]) => ({ kind, value: compact(value) })).filter(({ value }) => value !== '');
  return [...books.vendors.values()].filter((vendor) => marks.some(({ kind, value }) => carries(vendor, kind, value)));
}

function carries(vendor: Vendor, kind: string, value: string): boolean {
  switch (kind) {
    case 'vendorNo':
      return vendor.vendorNo === value;
    case 'vatRegNo':
    case 'taxNo':
    case 'registerNo':
      return compact(vendor[kind] ?? '') === value;
    case 'partnerCode':
      return vendor.partnerCodes.some((code) => compact(code) === value);
    case 'iban':
      return vendor.banking.some((bank) => compact(bank.iban ?? '') === value);
    case 'name':
      return [vendor.legalName, ...vendor.searchNames].map(compact).some((name) => name.includes(value) || value.includes(name));
    default:
      return false;
  }
}

/** Spaces, punctuation and case do not count. */
function compact(text: string): string {
  return text.normalize('NFKC').toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
}
