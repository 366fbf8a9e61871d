import { sql } from '../../db/client.ts';
import { auditEventSchema, type AuditEvent } from '../../domain/model/audit-event.ts';
import type { Transition } from '../../domain/model/transition.ts';
import type { ErpDocument } from '../../sandbox/erp/documents.ts';
import type { RequestLogEntry } from '../../sandbox/shared/execute.ts';
import type { House } from '../support/house.ts';

/** The witnesses of a judgement: the audit chain, and the counterpart's own ledger and request log. */
export interface Told {
  events: AuditEvent[];
  /** Supplier invoices and credits that carry a reference of ours. */
  documents: ErpDocument[];
  /** Receipts and returns. */
  movements: ErpDocument[];
  requests: RequestLogEntry[];
}

/** What the chain says of one case. */
export interface CaseStory {
  id: string;
  submitter: string | undefined;
  events: AuditEvent[];
  /** Each transition of the process with the version of the document that it was about. */
  steps: { transition: Transition; decisionHash: string | null }[];
}

export async function hear(house: House): Promise<Told> {
  const rows = await sql<{ event: string }>(house.db, `select event from audit_events order by entity, seq`);
  const { documents } = await house.sandbox.ledger();
  const { items } = await house.sandbox.get<{ items: RequestLogEntry[] }>('/_sandbox/requests');
  return {
    events: rows.flatMap(({ event }) => auditEventSchema.safeParse(parsed(event)).data ?? []),
    documents: documents.filter(({ docType, externalRef }) => (docType === 'INV' || docType === 'CRM') && externalRef !== undefined),
    movements: documents.filter(({ docType }) => docType === 'GR' || docType === 'RT'),
    requests: items,
  };
}

/** The stories of all cases of a process that the chain knows, by case. */
export function storiesOf({ events }: Told): Map<string, CaseStory> {
  const stories = new Map<string, CaseStory>();
  for (const event of events) {
    if (event.case === null) continue;
    const story = stories.get(event.case) ?? { id: event.case, submitter: undefined, events: [], steps: [] };
    stories.set(event.case, story);
    story.events.push(event);
    if (event.action === 'intake.accepted') story.submitter = event.actor.replace(/^person:/, '');
    if (event.action.startsWith('invoice.')) story.steps.push({ transition: { kind: event.action.slice('invoice.'.length), ...event.data } as Transition, decisionHash: event.decisionHash });
  }
  return stories;
}

export type PostingStep = Extract<Transition, { kind: 'posting' }>;

export function postingsIn({ steps }: CaseStory, status?: PostingStep['status']): { posting: PostingStep; decisionHash: string | null }[] {
  return steps.flatMap(({ transition, decisionHash }) => (transition.kind === 'posting' && (status === undefined || transition.status === status) ? [{ posting: transition, decisionHash }] : []));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
