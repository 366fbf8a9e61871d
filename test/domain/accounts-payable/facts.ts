import type { InvoiceFacts, DuplicateCandidate, Reservation } from '../../../domain/model/invoice-facts.ts';
import type { GoodsReceipt } from '../../../domain/model/goods-receipt.ts';
import type { AllowanceCharge, Invoice, InvoiceLine } from '../../../domain/model/invoice.ts';
import type { LegalEntity } from '../../../domain/model/legal-entity.ts';
import type { Money } from '../../../domain/model/money.ts';
import type { Person } from '../../../domain/model/person.ts';
import type { PurchaseOrder, PurchaseOrderLine } from '../../../domain/model/purchase-order.ts';
import type { Supplier } from '../../../domain/model/supplier.ts';
import { approvalPolicySchema } from '../../../domain/policy/approval.ts';
import { calendarPolicySchema } from '../../../domain/policy/calendar.ts';
import { codingPolicySchema } from '../../../domain/policy/coding.ts';
import { deadlinePolicySchema } from '../../../domain/policy/deadlines.ts';
import { duplicatePolicySchema } from '../../../domain/policy/duplicates.ts';
import type { AccountsPayablePolicies, CalendarPolicy, TolerancePolicy, Versioned } from '../../../domain/policy/index.ts';
import { postingPolicySchema } from '../../../domain/policy/posting.ts';
import { taxPolicySchema } from '../../../domain/policy/tax.ts';
import { tolerancePolicySchema } from '../../../domain/policy/tolerances.ts';
import { documentKeys } from '../../../domain/rules/accounts-payable/document-number.ts';
import { exact, times } from '../../../domain/rules/decimal.ts';
import { addMoney, moneyFromDecimal, noMoney, roundToMoney, scaleMoney, subtractMoney, sumMoney } from '../../../domain/rules/money.ts';

/** A small world in which one thing is wrong at a time: a German company, one supplier, one order of 100 at 10.00. */

export const eur = (text: string): Money => moneyFromDecimal('EUR', text);

const head = (name: string) => ({ schemaVersion: 1 as const, name, owner: 'test', effectiveFrom: '2026-01-01' });
const versioned = <Content extends { name: string }>(content: Content): Versioned<Content> => ({ version: `${content.name}@test`, content });

export const looseRecord = {
  id: 'all',
  scope: { level: 'global' },
  price: { upperPercent: '5' },
  quantity: { upperUnits: '0' },
  cumulative: { upperPercent: '5' },
  overDeliveryPercent: '0',
  underDeliveryPercent: '0',
  beforeReceipt: 'exception',
};

export function tolerances(record: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Versioned<TolerancePolicy> {
  return versioned(tolerancePolicySchema.parse({
    ...head('tolerances'), kind: 'tolerances', currency: 'EUR', records: [{ ...looseRecord, ...record }],
    charges: { planned: { upperPercent: '0' }, unplanned: { amount: '50', percentOfNet: '10' }, owner: 'buyer' },
    header: { amount: '1.00', smallDifference: { amount: '0.05', account: '4999', costCentre: 'CC1' } },
    ...more,
  }));
}

export const approvalContent = {
  ...head('approval'), kind: 'approval', currency: 'EUR',
  withoutApproval: [{ match: 'MATCHED', upTo: '100000' }],
  matrices: [
    { id: 'credits', when: { class: 'credit-note' }, bands: [{ id: 'any', over: '0', authority: { role: 'team-lead', required: 1 } }] },
    { id: 'standard', when: {}, bands: [
      { id: 'low', over: '0', upTo: '1000', authority: { role: 'team-lead', required: 1 } },
      { id: 'middle', over: '1000', upTo: '10000', endorsements: [{ role: 'team-lead', required: 1 }], authority: { role: 'finance-manager', required: 1 } },
      { id: 'high', over: '10000', authority: { role: 'cfo', required: 2 } },
    ] },
  ],
  additions: [{ id: 'risky', when: { supplierRisk: ['high'] }, endorsement: { role: 'controller', required: 1 }, why: 'The supplier is rated high risk' }],
  costCentreShare: { role: 'cost-centre-owner', over: '0' },
  fallbackRole: 'ap-supervisor',
  duties: { receiverMayApprove: false, orderCreatorMayReceive: false },
  keepsApprovals: { amountDownPercent: '2' },
  splitting: { days: 7, effect: 'raise-band' },
};

export function policies(overrides: Partial<AccountsPayablePolicies> = {}): AccountsPayablePolicies {
  return {
    tolerances: tolerances(),
    approval: versioned(approvalPolicySchema.parse(approvalContent)),
    duplicates: versioned(duplicatePolicySchema.parse({
      ...head('duplicates'), kind: 'duplicates', exactScope: 'always', placeholders: ['NA', 'N/A', 'NONE'],
      fuzzy: { dateWindowDays: 30, amountPercent: '1', vendorSimilarityPercent: 80, extraCharacters: 3 }, sameAmount: { windowDays: 90, minimum: '1' }, recurring: [],
    })),
    deadlines: versioned(deadlinePolicySchema.parse({
      ...head('deadlines'), kind: 'deadlines', approval: { hours: 16, reminderPercent: 50, ladder: ['team-lead', 'finance-manager', 'cfo'], operatorQueue: 'ap-operations' },
      exceptions: { defaultHours: 16, byRole: [{ role: 'buyer', hours: 24 }], overrideLadder: ['ap-clerk', 'buyer', 'team-lead', 'finance-manager', 'cfo'], operatorQueue: 'ap-operations' }, receiptWaitDays: 10,
    })),
    coding: versioned(codingPolicySchema.parse({
      ...head('coding'), kind: 'coding', accounts: [{ id: '4000', name: 'Material' }, { id: '4100', name: 'Services' }, { id: '4730', name: 'Freight' }, { id: '4999', name: 'Small differences' }],
      costCentres: [{ id: 'CC1', name: 'Plant', owner: 'owner1' }, { id: 'CC2', name: 'Office', owner: 'owner2' }, { id: 'CC9', name: 'Closed', owner: 'owner1', to: '2025-12-31' }],
      charges: { account: '4730', costCentre: 'CC1' }, plannedCharges: { account: '4730' }, rules: [{ id: 'hosting', when: { textContains: 'hosting' }, use: { account: '4100', costCentre: 'CC2' } }],
    })),
    tax: versioned(taxPolicySchema.parse({
      ...head('tax'), kind: 'tax', tolerance: { perLine: '0.02', cap: '1.00' },
      rates: [{ country: 'DE', category: 'S', rate: '19', from: '2007-01-01', to: '2020-06-30' }, { country: 'DE', category: 'S', rate: '16', from: '2020-07-01', to: '2020-12-31' }, { country: 'DE', category: 'S', rate: '19', from: '2021-01-01' }, { country: 'DE', category: 'S', rate: '7', from: '2021-01-01' }],
      withoutTax: [{ category: 'AE', reasonRequired: true }, { category: 'Z', reasonRequired: false }], uncheckedCountries: 'accept', buyerTaxIdRequired: false,
    })),
    posting: versioned(postingPolicySchema.parse({ ...head('posting'), kind: 'posting', order: 'approve-before-post', beforeReceipt: 'park', termsFrom: 'issue-date' })),
    ...overrides,
  };
}

export const calendar: Versioned<CalendarPolicy> = versioned(calendarPolicySchema.parse({
  ...head('germany'), kind: 'calendar', timeZone: 'Europe/Berlin',
  offset: { standard: 60, daylight: { minutes: 120, from: { month: 3, weekday: 7, occurrence: 'last', at: '01:00', clock: 'utc' }, to: { month: 10, weekday: 7, occurrence: 'last', at: '01:00', clock: 'utc' } } },
  weekend: [6, 7], hours: { from: '09:00', to: '17:00' }, holidays: [{ date: '2026-12-25', name: 'Christmas' }], validTo: '2026-12-31',
}));

export const entity: LegalEntity = {
  schemaVersion: 1, id: 'DE01', name: 'Werk Nord GmbH', aliases: [], country: 'DE', currency: 'EUR', vatIds: ['DE123456789'], buyerIds: ['4012345000009'], calendar: 'germany', timeZone: 'Europe/Berlin',
  policies: { tolerances: 'tolerances', approval: 'approval', duplicates: 'duplicates', deadlines: 'deadlines', coding: 'coding', tax: 'tax', posting: 'posting' }, erp: { adapter: 'sandbox', settings: {} },
};

export function supplier(overrides: Partial<Supplier> = {}): Supplier {
  return {
    schemaVersion: 1, id: 'S1', entity: 'DE01', name: 'Schrauben Meyer GmbH', aliases: [], group: 'G1', vatId: 'DE111111111', externalIds: [], country: 'DE', currency: 'EUR', category: 'material', risk: 'low', status: 'active',
    paymentTermsDays: 30, relations: [], bankAccounts: [{ id: 'S1-1', version: 1, iban: 'DE02120300000000202051', holder: 'Schrauben Meyer GmbH', country: 'DE', status: 'verified', changedOn: '2025-01-01' }], ...overrides,
  };
}

export function orderLine(overrides: Partial<PurchaseOrderLine> = {}): PurchaseOrderLine {
  return {
    id: '10', description: 'Screw M8', category: 'material', kind: 'goods', matching: 'three-way', quantity: '100', unit: 'EA', unitFactors: [], unitPrice: '10', account: '4000', costCentre: 'CC1', plant: 'P1', receiver: 'rita', status: 'open', invoiced: [], ...overrides,
  };
}

export function order(lines: PurchaseOrderLine[] = [orderLine()], overrides: Partial<PurchaseOrder> = {}): PurchaseOrder {
  return { schemaVersion: 1, number: 'PO1', entity: 'DE01', supplierId: 'S1', currency: 'EUR', buyer: 'bert', requester: 'rosa', orderedOn: '2026-10-01', status: 'approved', plannedCharges: [], lines, ...overrides };
}

let movements = 0;
export function receipt(quantity: string, overrides: Partial<GoodsReceipt> = {}): GoodsReceipt {
  movements += 1;
  return { schemaVersion: 1, number: `GR${movements}`, entity: 'DE01', orderNumber: 'PO1', orderLine: '10', receivedOn: '2026-11-02', quantity, receiver: 'rita', ...overrides };
}

export function line(quantity: string, unitPrice: string, overrides: Partial<InvoiceLine> = {}): InvoiceLine {
  const net = roundToMoney('EUR', times(exact(quantity), exact(unitPrice)));
  return { id: '1', quantity, unit: 'EA', unitPrice, baseQuantity: '1', net, allowances: [], tax: { category: 'S', rate: '19' }, item: { name: 'Screw M8', classifications: [], attributes: [] }, orderNumber: 'PO1', orderLine: '10', ...overrides };
}

/** Lines, charges, allowances and 19 % tax, with totals that foot. */
export function invoice(lines: InvoiceLine[], overrides: Partial<Invoice> = {}): Invoice {
  const currency = overrides.currency ?? 'EUR';
  const lineNet = sumMoney(currency, lines.map((entry) => entry.net));
  const ofKind = (kind: AllowanceCharge['kind']) => sumMoney(currency, (overrides.allowances ?? []).filter((entry) => entry.kind === kind).map((entry) => entry.amount));
  const [charges, allowances] = [ofKind('charge'), ofKind('allowance')];
  const net = subtractMoney(addMoney(lineNet, charges), allowances);
  const tax = scaleMoney(net, exact('0.19'));
  const gross = addMoney(net, tax);
  return {
    schemaVersion: 1, class: 'invoice', typeCode: '380', number: 'R-1', issueDate: '2026-11-03', currency, notes: [], references: { preceding: [] },
    seller: { name: 'Schrauben Meyer GmbH', ids: [], vatId: 'DE111111111', address: { lines: [], country: 'DE' } }, buyer: { name: 'Werk Nord GmbH', ids: [], vatId: 'DE123456789' },
    payment: { means: [{ code: '58', account: { iban: 'DE02120300000000202051' } }], discounts: [] }, allowances: [], lines,
    taxes: [{ category: 'S', rate: '19', base: net, amount: tax }], totals: { lineNet, allowances, charges, net, tax, gross, prepaid: noMoney(currency), rounding: noMoney(currency), payable: gross }, attachments: [],
    ...overrides,
  };
}

export function person(id: string, roles: [string, string?][], overrides: Partial<Person> = {}): Person {
  return { id, employeeId: `E-${id}`, name: id, active: true, roles: roles.map(([role, limit]) => ({ entity: 'DE01', role, ...(limit ? { limit: eur(limit) } : {}) })), ...overrides };
}

export const people: Person[] = [
  person('tina', [['team-lead', '1000']]), person('fred', [['finance-manager', '10000'], ['team-lead', '1000']]), person('cara', [['cfo']]), person('carl', [['cfo']]), person('conny', [['controller']]),
  person('owner1', [['cost-centre-owner']]), person('owner2', [['cost-centre-owner']]), person('bert', [['buyer']]), person('rita', [['receiver']]), person('anna', [['ap-clerk']]),
];

export function facts(overrides: Partial<InvoiceFacts> = {}): InvoiceFacts {
  return {
    caseId: 'case-1', entity, invoice: invoice([line('100', '10')]), documentHash: 'hash-1', receivedOn: '2026-11-04', today: '2026-11-05', now: '2026-11-05T09:00:00.000Z', supplierCandidates: [supplier()], orders: [order()],
    receipts: [receipt('100')], reservations: [], duplicateCandidates: [], overrides: [], corrections: { lines: [], by: [] }, recentInvoices: [], people, delegations: [], policies: policies(), calendar, quarantined: [], totals: [], ...overrides,
  };
}

export function reservation(quantity: string, value: string, overrides: Partial<Reservation> = {}): Reservation {
  return { caseId: 'other', orderNumber: 'PO1', orderLine: '10', quantity, value: eur(value), state: 'pending', ...overrides };
}

/** Another document as the comparison sees it; by default of the same supplier, last month, paid. */
export function candidate(number: string, gross: string, overrides: Partial<DuplicateCandidate> = {}): DuplicateCandidate {
  const { k1, k2 } = documentKeys(number);
  return { caseId: `case-${number}`, state: 'paid', class: 'invoice', typeCode: '380', number, k1, k2, issueDate: '2026-10-03', currency: 'EUR', gross: eur(gross), documentHash: `hash-${number}`, preceding: [], sellerName: 'Schrauben Meyer GmbH', supplierId: 'S1', supplierGroup: 'G1', accounts: [], ...overrides };
}
