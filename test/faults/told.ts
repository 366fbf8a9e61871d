import { sql, type Db } from '../../db/client.ts';
import { auditEventSchema, type AuditEvent } from '../../domain/model/audit-event.ts';
import type { Transition } from '../../domain/model/transition.ts';
import type { BankLedger } from '../../sandbox/bank/ledger.ts';
import type { ErpDocument } from '../../sandbox/erp/documents.ts';
import type { RequestLogEntry } from '../../sandbox/shared/execute.ts';
import type { House } from '../support/house.ts';

/** The witnesses of a judgement: the audit chain, and the counterparts' own ledgers and request log. */
export interface Told {
  events: AuditEvent[];
  /** Supplier invoices and credits that carry a reference of ours. */
  documents: ErpDocument[];
  /** Receipts and returns. */
  movements: ErpDocument[];
  /** Outgoing payments in the books of the ERP that carry a reference of ours. */
  payments: ErpDocument[];
  bank: BankLedger;
  requests: RequestLogEntry[];
}

/** What the chain says of one case: a document, or a payment run. */
export interface CaseStory {
  id: string;
  /** Who entered the document or proposed the run; a schedule is nobody. */
  submitter: string | undefined;
  events: AuditEvent[];
  /** Each transition of the process with the version of the document that it was about. */
  steps: { transition: Transition; decisionHash: string | null }[];
}

export async function hear(house: House): Promise<Told> {
  const { documents } = await house.sandbox.ledger();
  const { items } = await house.sandbox.get<{ items: RequestLogEntry[] }>('/_sandbox/requests');
  return {
    events: await eventsIn(house.db),
    documents: documents.filter(({ docType, externalRef }) => (docType === 'INV' || docType === 'CRM') && externalRef !== undefined),
    payments: documents.filter(({ docType, externalRef }) => docType === 'PAY' && externalRef !== undefined),
    bank: await house.sandbox.bankLedger(),
    movements: documents.filter(({ docType }) => docType === 'GR' || docType === 'RT'),
    requests: items,
  };
}

/** Every event of the chains that can be read, in their order. */
export async function eventsIn(db: Db): Promise<AuditEvent[]> {
  const rows = await sql<{ event: string }>(db, `select event from audit_events order by entity, seq`);
  return rows.flatMap(({ event }) => auditEventSchema.safeParse(parsed(event)).data ?? []);
}

/** The stories of all documents that the chain knows, by case. */
export function storiesOf(told: Pick<Told, 'events'>): Map<string, CaseStory> {
  return storiesAbout(told, 'invoice', 'intake.accepted');
}

/** The stories of all payment runs that the chain knows, by run. */
export function runsOf(told: Pick<Told, 'events'>): Map<string, CaseStory> {
  return storiesAbout(told, 'payment-run', 'payment-run.opened');
}

export type PostingStep = Extract<Transition, { kind: 'posting' }>;

export function postingsIn({ steps }: CaseStory, status?: PostingStep['status']): { posting: PostingStep; decisionHash: string | null }[] {
  return steps.flatMap(({ transition, decisionHash }) => (transition.kind === 'posting' && (status === undefined || transition.status === status) ? [{ posting: transition, decisionHash }] : []));
}

function storiesAbout({ events }: Pick<Told, 'events'>, subject: string, beginning: string): Map<string, CaseStory> {
  const stories = new Map<string, CaseStory>();
  for (const event of events) {
    if (event.case === null || (event.action !== beginning && !event.action.startsWith(`${subject}.`))) continue;
    const story = stories.get(event.case) ?? { id: event.case, submitter: undefined, events: [], steps: [] };
    stories.set(event.case, story);
    story.events.push(event);
    if (event.action === beginning) story.submitter = /^person:(.+)/.exec(event.actor)?.[1];
    else story.steps.push({ transition: { kind: event.action.slice(subject.length + 1), ...event.data } as Transition, decisionHash: event.decisionHash });
  }
  return stories;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
