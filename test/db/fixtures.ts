import { createHash } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { openDatabase, type Db } from '../../db/client.ts';
import { acceptDocument, type AcceptedDocument } from '../../db/repositories/intake.ts';
import type { NewTask } from '../../db/repositories/approvals.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import type { Person } from '../../domain/model/person.ts';
import { money } from '../../domain/rules/money.ts';
import { freshDatabase, type FreshDatabase } from '../support/services.ts';

/** A migrated database of the file's own, opened before its tests and dropped after them. */
export function useDatabase(): { readonly db: Db; readonly url: string } {
  let fresh: FreshDatabase;
  let db: Db;
  beforeAll(async () => {
    fresh = await freshDatabase();
    db = openDatabase(fresh.url, { poolSize: 30, applicationName: 'kontor-test' });
  });
  afterAll(async () => {
    await db?.destroy();
    await fresh?.drop();
  });
  return {
    get db() {
      return db;
    },
    get url() {
      return fresh.url;
    },
  };
}

const eur = (minor: number) => money('EUR', BigInt(minor));

export function anInvoice(number: string, changes: Partial<Invoice> = {}): Invoice {
  const nothing = { allowances: [], taxes: [], attachments: [], notes: [] };
  return {
    schemaVersion: 1,
    class: 'invoice',
    typeCode: '380',
    number,
    issueDate: '2026-11-02',
    dueDate: '2026-12-02',
    currency: 'EUR',
    ...nothing,
    references: { order: '4500001', preceding: [] },
    seller: { name: 'Muster GmbH', ids: [] },
    buyer: { name: 'Beispiel AG', ids: [] },
    payment: { means: [], discounts: [] },
    lines: [{ id: '1', quantity: '10', unitPrice: '10.00', baseQuantity: '1', net: eur(10_000), allowances: [], item: { classifications: [], attributes: [] } }],
    totals: { lineNet: eur(10_000), allowances: eur(0), charges: eur(0), net: eur(10_000), tax: eur(1_900), gross: eur(11_900), prepaid: eur(0), rounding: eur(0), payable: eur(11_900) },
    ...changes,
  };
}

export function aDocument(content: string, changes: Partial<AcceptedDocument> = {}): AcceptedDocument {
  return {
    entity: 'DE01',
    channel: 'api',
    submitter: 'person:ada',
    correlationId: `corr-${content}`,
    bytes: Buffer.from(content),
    mediaType: 'application/xml',
    format: 'ubl',
    metadata: {},
    invoice: anInvoice(content),
    documentHash: createHash('sha256').update(content).digest('hex'),
    attachments: [],
    start: { process: 'ap-invoice', workflow: 'invoiceToPay', queue: 'fin-workflows', workflowVersion: 'invoice-to-pay/1' },
    ...changes,
  };
}

export async function aCase(db: Db, content: string, changes: Partial<AcceptedDocument> = {}): Promise<string> {
  return (await acceptDocument(db, aDocument(content, changes))).caseId;
}

export function aTask(id: string, caseId: string, changes: Partial<NewTask> = {}): NewTask {
  return {
    id,
    entity: 'DE01',
    case: caseId,
    workflowId: `ap-invoice/DE01/${caseId}`,
    kind: 'invoice-approval',
    step: '1-controller',
    candidateRole: 'controller',
    candidatePersons: [],
    dueAt: '2026-11-25T12:00:00.000Z',
    why: 'Invoices above 10,000.00 EUR need a controller.',
    policyVersion: 'standard@0',
    title: 'Muster GmbH, R-1',
    amount: eur(1_190_000),
    documentHash: 'd'.repeat(64),
    decisionHash: 'e'.repeat(64),
    documentVersion: 1,
    ...changes,
  };
}

export function aPerson(id: string, roles: Person['roles'], changes: Partial<Person> = {}): Person {
  return { id, employeeId: `emp-${id}`, name: id, active: true, roles, ...changes };
}

/** Runs the same work `times` over at once and answers all results. */
export function atOnce<Result>(times: number, work: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => work(index)));
}
