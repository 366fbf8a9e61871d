import type { TaxPolicy } from '../../domain/policy/tax.ts';
import type { ErpDocument } from '../../sandbox/erp/documents.ts';
import type { House } from '../support/house.ts';

/** What is kept back of a document for the tax office when it is paid, in minor units. */
export type Withheld = (document: ErpDocument) => bigint;

type Rule = NonNullable<TaxPolicy['withholding']>[number];

/**
 * T6, by a second pair of eyes: the rules as the house was given them, country and kind of a supplier from the ERP's own master data, net and
 * gross from its documents; none of the rules that decided is used here. Documents in part paid, and certificates, are not judged.
 */
export async function withheldIn({ policies, sandbox }: House, documents: readonly ErpDocument[]): Promise<Withheld> {
  const rules = policies.flatMap(({ kind, content }) => (kind === 'tax' ? ((content as TaxPolicy).withholding ?? []) : []));
  if (rules.length === 0) return () => 0n;
  const vendors = new Map<string, Vendor>();
  for (const { companyCode, vendorNo } of documents) {
    const key = `${companyCode}/${vendorNo}`;
    if (vendors.has(key)) continue;
    const { items } = await sandbox.get<{ items: Vendor[] }>(`/erp/${companyCode}/vendors?vendorNo=${vendorNo}`);
    for (const vendor of items) vendors.set(key, vendor);
  }
  return (document) => {
    const vendor = vendors.get(`${document.companyCode}/${document.vendorNo}`);
    const rule = vendor && rules.find((candidate) => concerns(candidate, vendor));
    return rule ? share(document, rule) : 0n;
  };
}

interface Vendor {
  vendorNo: string;
  countryCode: string;
  commodityGroup: string;
}

function concerns({ countries, categories, suppliers }: Rule, { vendorNo, countryCode, commodityGroup }: Vendor): boolean {
  return (countries?.includes(countryCode) ?? true) && (categories?.includes(commodityGroup) ?? true) && (suppliers?.includes(vendorNo) ?? true);
}

/** The rate has at most so many decimals. */
const rateScale = 1_000_000n;

function share(document: ErpDocument, { base, rate }: Rule): bigint {
  const payable = cents(document.payableValue);
  const gross = cents(document.grossValue);
  const net = gross - document.taxes.reduce((sum, { taxValue }) => sum + cents(taxValue), 0n);
  const paid = base === 'gross' || gross === 0n ? payable : halfUp(net * payable, gross);
  const [whole = '0', decimals = ''] = rate.split('.');
  return halfUp(paid * BigInt(`${whole}${decimals.padEnd(6, '0')}`), 100n * rateScale);
}

/** For positive amounts. */
function halfUp(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor);
}

function cents(value: string): bigint {
  const [whole = '0', decimals = ''] = value.split('.');
  return BigInt(`${whole}${decimals.padEnd(2, '0')}`);
}
