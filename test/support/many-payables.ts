import { sql, type Db } from '../../db/client.ts';
import { remainder97 } from '../../domain/rules/cash-application/creditor-reference.ts';

const page = 1_000;
const firstSupplier = 500_000;
const atOnce = 50;
const leastAmount = 400;
const amounts = 200;

interface Copies {
  documents: number;
  suppliers: number;
}

/** Gives the sandbox's ERP so many suppliers of DE01, each with one verified account of its own. */
export async function addSuppliers(sandboxUrl: string, count: number): Promise<void> {
  for (let start = 0; start < count; start += page) {
    const vendors = Array.from({ length: Math.min(page, count - start) }, (_, at) => vendorOf(start + at));
    const response = await fetch(`${sandboxUrl}/_sandbox/seed?service=erp`, { method: 'POST', body: JSON.stringify({ companyCode: 'DE01', vendors }) });
    if (!response.ok) throw new Error(`the sandbox takes no suppliers: ${response.status} ${await response.text()}`);
  }
}

/** The `at`-th of them, from 0. */
export function supplierId(at: number): string {
  return String(firstSupplier + at);
}

function vendorOf(at: number): object {
  const legalName = `${supplierName(at)} GmbH`;
  return { vendorNo: supplierId(at), legalName, countryCode: 'DE', currencyCode: 'EUR', banking: [{ bankKey: 'B1', holder: legalName, countryCode: 'DE', iban: germanIban(at) }] };
}

/** Posts a document for each copy to the sandbox's ERP, in the copy's number, supplier and amount. Answers the ERP's numbers in the copies' order. */
export async function postDocuments(sandboxUrl: string, { documents, suppliers }: Copies): Promise<string[]> {
  const references: string[] = [];
  for (let start = 1; start <= documents; start += atOnce)
    references.push(...(await Promise.all(Array.from({ length: Math.min(atOnce, documents - start + 1) }, (_, at) => postDocument(sandboxUrl, start + at, suppliers)))));
  return references;
}

async function postDocument(sandboxUrl: string, number: number, suppliers: number): Promise<string> {
  const value = `${Math.floor(amountOf(number) / 100)}.${String(amountOf(number) % 100).padStart(2, '0')}`;
  const [documentDate, postingDate, netDueDate] = ['2026-09-16', '2026-09-16', '2026-10-16'];
  const invoice = {
    docType: 'INV', externalRef: `bench-${number}`, vendorNo: supplierId(number % suppliers), vendorInvoiceNo: `BENCH-${number}`, documentDate, postingDate, netDueDate, currencyCode: 'EUR',
    items: [{ itemType: 'GL', glAccount: '400100', costCenter: 'CC-4100', netValue: value }], grossValue: value, payableValue: value,
  };
  const response = await fetch(`${sandboxUrl}/erp/DE01/supplier-invoices`, { method: 'POST', body: JSON.stringify(invoice) });
  if (!response.ok) throw new Error(`the sandbox posts no document: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { documentNo: string }).documentNo;
}

/** Cents that the `number`-th copy is to be paid. */
function amountOf(number: number): number {
  return leastAmount + (number % amounts);
}

const syllables = ['bar', 'den', 'fil', 'gor', 'hal', 'kum', 'lin', 'mor', 'nas', 'pel', 'rit', 'sol', 'tan', 'ver', 'wil', 'zen'];

/** A name that no list of sanctions holds and no other supplier has, up to the 65,536th. */
export function supplierName(at: number): string {
  const word = [at % 16, (at >> 4) % 16, (at >> 8) % 16, (at >> 12) % 16].map((digit) => syllables[digit]).join('');
  return `${word[0]!.toUpperCase()}${word.slice(1)} Maschinen`;
}

/** The `at`-th account of a German bank, with its check digits. */
export function germanIban(at: number): string {
  const bban = `51210800${String(at).padStart(10, '0')}`;
  return `DE${String(98 - remainder97(`${bban}DE00`)).padStart(2, '0')}${bban}`;
}

/**
 * Makes so many posted documents out of one that went the whole way: same company and terms, another number, supplier and
 * amount. In the ERP each is the document of its own that `references` gives. What runs later reads exactly what intake, assessment and posting have written.
 */
export async function copyPosted(db: Db, template: string, { documents, suppliers, references }: Copies & { references: string[] }): Promise<void> {
  const numbers = { template, documents, suppliers, firstSupplier, leastAmount, amounts, references };
  for (const statement of [cases, versions, assessments, postings]) await sql(db, statement, numbers);
}

const columns = {
  cases: `entity, process, channel, submitter, correlation_id, document_version, document_hash, document_class, issue_date, due_date, seller_name, currency, gross_minor, payable_minor, state, stage, progress, posted_at`,
  documents: `version, entity, document_hash, content_hash, media_type, format, metadata, created_by`,
  assessments: `entity, facts_id, document_hash, decision_hash, disposition, policy_versions`,
  postings: `entity, system, kind, status, currency, amount_minor, settled_at`,
};

const each = `generate_series(1, :documents::int) as n`;
const id = `:template || '-' || n`;
const supplier = `(:firstSupplier::int + n % :suppliers::int)::text`;

const cases = `insert into cases (id, number, workflow_id, document_number, supplier_id, ${columns.cases})
  select ${id}, nextval('case_numbers'), 'ap-invoice/bench/' || n, 'BENCH-' || n, ${supplier}, ${columns.cases} from cases, ${each} where id = :template`;

const versions = `insert into documents (case_id, document, ${columns.documents})
  select ${id}, jsonb_set(document, '{number}', to_jsonb('BENCH-' || n)), ${columns.documents} from documents, ${each} where case_id = :template`;

const assessments = `insert into assessments (id, case_id, result, ${columns.assessments})
  select ${id}, ${id},
         result || jsonb_build_object('supplierId', ${supplier}, 'payable', jsonb_build_object('currency', 'EUR', 'minor', (:leastAmount::int + n % :amounts::int)::text),
           'payee', (result -> 'payee') || jsonb_build_object('supplierId', ${supplier})),
         ${columns.assessments}
    from (select * from assessments where case_id = :template order by number desc limit 1) newest, ${each}`;

const postings = `insert into postings (key, case_id, reference, ${columns.postings})
  select key || ':' || n, ${id}, (:references::text[])[n], ${columns.postings} from postings, ${each} where case_id = :template and kind = 'post'`;
