import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '../../domain/model/audit-event.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import { KontorError } from '../../domain/errors.ts';
import { initialProgress } from '../../domain/rules/progress.ts';
import { inTransaction, json, retried, sql, violatedConstraint, type Db, type Trx } from '../client.ts';
import { appendAudit, draftOf } from './audit.ts';
import { contentHash, keepAccepted } from './blobs.ts';
import { completeRequest, type RequestHandle, type RequestOutcome } from './requests.ts';

/** Where a document came from. A message id is the sender's own name for the delivery (mail, EDI interchange, file name). */
export interface Delivery {
  channel: string;
  messageId?: string;
  /** `person:{id}` or `system:{channel}`. */
  submitter: string;
  /** Whose message ids these are, where that is not the submitter: the address that a mail comes from. */
  sender?: string;
  correlationId: string;
}

export interface AcceptedDocument extends Delivery {
  entity: string;
  bytes: Buffer;
  mediaType: string;
  /** Syntax that the reader recognised, for example `ubl`, `cii`, `edifact`. */
  format: string;
  /** What belongs to the syntax alone (profile, customisation), beside the canonical document. */
  metadata: Record<string, unknown>;
  invoice: Invoice;
  documentHash: string;
  attachments: { name: string; mediaType: string; bytes: Buffer; quarantined: boolean }[];
  /** The process that is to start, in the words of the process engine. */
  start: { process: string; workflow: string; queue: string; workflowVersion: string; searchAttributes?: Record<string, unknown> };
}

export interface IntakeResult {
  caseId: string;
  entity: string;
  workflowId: string;
  documentHash: string;
  /** `new` started a process; the others name the case that had these bytes, or this message with the same document in other bytes (D3). */
  accepted: 'new' | 'same-content' | 'same-message';
}

/** Builds the HTTP answer that a replay of the same Idempotency-Key will get. */
export interface RequestToComplete {
  handle: RequestHandle;
  outcome(result: IntakeResult): RequestOutcome;
}

/**
 * Takes a document in: bytes, case, keys, answer, message to start the process and audit event in one transaction.
 * Once it resolves, the document is processed exactly once, whatever crashes afterwards (guarantee 1).
 */
export async function acceptDocument(db: Db, document: AcceptedDocument, request?: RequestToComplete): Promise<IntakeResult> {
  const content = contentHash(document.bytes);
  const result = (await openOrFind(db, document, content, request)) ?? (await openOrFind(db, withoutMessage(document), content, request));
  if (result === undefined) throw takenOver();
  if (request) request.handle.stored = true;
  return result;
}

/** Undefined when the message id stands for another document, or when the request is not ours any more. */
async function openOrFind(db: Db, document: AcceptedDocument, content: string, request: RequestToComplete | undefined): Promise<IntakeResult | undefined> {
  return (await openFreshCase(db, document, content, request)) ?? (await inTransaction(db, (trx) => earlierCase(trx, document, content, request)));
}

/**
 * Senders that number their messages anew, or write one id into all of them, must not lose a document: another one under a known
 * message id is a case of its own, where the rules on duplicates look at it. The id stays with the first.
 */
function withoutMessage({ messageId: _ofAnother, ...document }: AcceptedDocument): AcceptedDocument {
  return document;
}

/** Undefined when a key was taken, also by an intake that ran at the same time. Without attachments it is one statement that commits by itself. */
async function openFreshCase(db: Db, document: AcceptedDocument, content: string, request: RequestToComplete | undefined): Promise<IntakeResult | undefined> {
  try {
    if (document.attachments.length === 0) return await retried(() => openCase(db, document, content, request));
    return await inTransaction(db, async (trx) => {
      const opened = await openCase(trx, document, content, request);
      if (opened) await keepAttachments(trx, document, opened.caseId);
      return opened;
    });
  } catch (error) {
    if (violatedConstraint(error) === 'intake_keys_pkey') return undefined;
    throw error;
  }
}

/**
 * One statement: if all keys are free and the request is still ours, then key rows, case, document, bytes, start message, answer and
 * audit draft come to be. A concurrent intake of the same content waits at the key and then violates it.
 */
async function openCase(db: Db, document: AcceptedDocument, content: string, request: RequestToComplete | undefined): Promise<IntakeResult | undefined> {
  const { invoice, start } = document;
  const unnumbered = randomUUID();
  const [opened] = await sql<{ id: string; workflow_id: string }>(
    db,
    OPEN_CASE,
    {
      entity: document.entity,
      process: start.process,
      keyKinds: document.messageId === undefined ? ['content'] : ['content', 'message'],
      keyValues: document.messageId === undefined ? [content] : [content, messageKey(document)],
      channel: document.channel,
      submitter: document.submitter,
      correlationId: document.correlationId,
      documentHash: document.documentHash,
      class: invoice.class,
      number: invoice.number,
      issueDate: invoice.issueDate,
      dueDate: invoice.dueDate,
      sellerName: invoice.seller.name,
      currency: invoice.currency,
      gross: invoice.totals.gross.minor,
      payable: invoice.totals.payable.minor,
      orderNumbers: orderNumbersOf(invoice),
      progress: json(initialProgress(document.correlationId, start.workflowVersion)),
      content,
      bytes: document.bytes,
      size: document.bytes.length,
      mediaType: document.mediaType,
      format: document.format,
      invoice: json(invoice),
      metadata: json(document.metadata),
      version: start.workflowVersion,
      start: json({ workflow: start.workflow, queue: start.queue, searchAttributes: start.searchAttributes ?? {} }),
      unnumbered,
      ...answerBeforeNumber(document, unnumbered, request),
      ...draftOf(document.entity, [intakeEvent(document, content, { caseId: unnumbered, accepted: 'new' })]),
    },
    'intake-open',
  );
  return opened && { caseId: opened.id, entity: document.entity, workflowId: opened.workflow_id, documentHash: document.documentHash, accepted: 'new' };
}

/** The server numbers the case in the statement that also stores the answer and the event: both are written with a stand-in for the number. */
function answerBeforeNumber({ entity, start, documentHash }: AcceptedDocument, unnumbered: string, request: RequestToComplete | undefined) {
  const claim = request?.handle;
  const answer = request?.outcome({ caseId: unnumbered, entity, workflowId: `${start.process}/${entity}/${unnumbered}`, documentHash, accepted: 'new' });
  return {
    claimed: claim !== undefined,
    principal: claim?.principal,
    method: claim?.method,
    route: claim?.route,
    requestKey: claim?.key,
    fencing: claim?.fencing,
    status: answer?.status,
    headers: json(answer?.headers),
    body: json(answer?.body),
  };
}

const OPEN_CASE = `
with wanted as (
  select kind, key from unnest(:keyKinds::text[], :keyValues::text[]) as given (kind, key)
), assigned as materialized (
  select n as number, :entity || '-' || to_char(clock_timestamp() at time zone 'UTC', 'YY') || '-' || lpad(n::text, greatest(6, length(n::text)), '0') as id
    from (select nextval('case_numbers') as n
           where not exists (select from wanted, lateral (select from intake_keys held where held.entity = :entity and held.kind = wanted.kind and held.key = wanted.key limit 1) known)) drawn
), answered as (
  update requests set state = 'done', status = :status, headers = replace(:headers, :unnumbered, id)::json, body = replace(:body, :unnumbered, id)::json,
         completed_at = clock_timestamp()
    from assigned
   where principal = :principal and method = :method and route = :route and key = :requestKey and fencing = :fencing and state = 'in-flight'
  returning 1
), taken as (
  insert into intake_keys (entity, kind, key, case_id)
  select :entity, kind, key, id from assigned, wanted where not :claimed::boolean or exists (select from answered) order by kind, key
  returning 1
), opened as (
  insert into cases (id, number, entity, process, workflow_id, channel, submitter, correlation_id, document_hash, document_class, document_number,
                     issue_date, due_date, seller_name, currency, gross_minor, payable_minor, order_numbers, state, stage, progress)
  select id, number, :entity, :process, :process || '/' || :entity || '/' || id, :channel, :submitter, :correlationId, :documentHash, :class, :number,
         :issueDate, :dueDate, :sellerName, :currency, :gross, :payable, :orderNumbers, 'running', 'received', :progress
    from assigned where exists (select from taken)
  returning id, workflow_id, created_at
), kept as (
  insert into documents (case_id, version, entity, document_hash, content_hash, media_type, format, document, metadata, created_by)
  select id, 1, :entity, :documentHash, :content, :mediaType, :format, :invoice, :metadata, :submitter from opened
), stored as (
  insert into blobs (entity, sha256, bytes, size, media_type, purpose, retention)
  select :entity, :content, :bytes, :size, :mediaType, 'document', 'accepted' from opened
  on conflict (entity, sha256) do update set retention = 'accepted', expires_at = null where blobs.retention = 'refused'
), announced as (
  insert into outbox (entity, case_id, kind, key, workflow_id, correlation_id, payload)
  select :entity, id, 'start-workflow', id, workflow_id, :correlationId,
         :start::jsonb || jsonb_build_object('input', jsonb_build_object('entity', :entity::text, 'caseId', id, 'correlationId', :correlationId::text, 'receivedAt', iso_instant(created_at), 'version', :version::text))
    from opened
), drafted as (
  insert into audit_drafts (entity, until_at, until_prev)
  select :entity, :untilAt::text[], array(select replace(part, :unnumbered, id) from unnest(:untilPrev::text[]) as part) from opened
)
select id, workflow_id from opened`;

/**
 * D3: gives the case that holds the bytes, else the one that the message opened, if it states the same document. What came with it this time
 * and is not there yet is kept with that case, bytes that say the same in another way among it.
 */
async function earlierCase(trx: Trx, document: AcceptedDocument, content: string, request: RequestToComplete | undefined): Promise<IntakeResult | undefined> {
  const [earlier] = await sql<{ kind: string; case_id: string; workflow_id: string; document_hash: string }>(
    trx,
    `select k.kind, k.case_id, c.workflow_id, c.document_hash
       from intake_keys k join cases c on c.id = k.case_id join documents d on d.case_id = c.id and d.version = 1
      where k.entity = :entity and ((k.kind = 'content' and k.key = :content) or (k.kind = 'message' and k.key = :message and d.document_hash = :documentHash)) order by k.kind`,
    { entity: document.entity, content, message: document.messageId === undefined ? null : messageKey(document), documentHash: document.documentHash },
  );
  if (earlier === undefined) return undefined;
  const result: IntakeResult = {
    caseId: earlier.case_id,
    entity: document.entity,
    workflowId: earlier.workflow_id,
    documentHash: earlier.document_hash,
    accepted: earlier.kind === 'content' ? 'same-content' : 'same-message',
  };
  const sameBytes = result.accepted === 'same-content';
  if (!sameBytes) await pointTo(trx, document.entity, { kind: 'content', key: content }, result.caseId);
  else if (document.messageId !== undefined) await pointTo(trx, document.entity, { kind: 'message', key: messageKey(document) }, result.caseId);
  const came = sameBytes ? document.attachments : [...document.attachments, { name: 'sent-again', mediaType: document.mediaType, bytes: document.bytes, quarantined: false }];
  const added = await keepAttachments(trx, { ...document, attachments: came }, result.caseId);
  if (request && !(await completeRequest(trx, request.handle, request.outcome(result)))) throw takenOver();
  await appendAudit(trx, document.entity, [intakeEvent(document, content, result, added)]);
  return result;
}

/** A new message with known bytes names its case from now on, and so do bytes that say the same; a key of another case stays with that. */
async function pointTo(trx: Trx, entity: string, { kind, key }: { kind: 'content' | 'message'; key: string }, caseId: string): Promise<void> {
  await sql(trx, `insert into intake_keys (entity, kind, key, case_id) values (:entity, :kind, :key, :caseId) on conflict do nothing`, { entity, kind, key, caseId });
}

function intakeEvent(document: AcceptedDocument, content: string, { caseId, accepted }: Pick<IntakeResult, 'caseId' | 'accepted'>, added: string[] = []): AuditEntry {
  return {
    action: accepted === 'new' ? 'intake.accepted' : 'intake.repeated',
    actor: document.submitter,
    case: caseId,
    correlationId: document.correlationId,
    data: { channel: document.channel, contentHash: content, documentHash: document.documentHash, format: document.format, accepted, ...(added.length > 0 ? { added } : {}) },
  };
}

function takenOver(): KontorError {
  return new KontorError('idempotency-in-flight', 'Another attempt of this request has taken over.');
}

/** Answers the content hashes of those that the case did not have. */
async function keepAttachments(trx: Trx, { entity, attachments }: AcceptedDocument, caseId: string): Promise<string[]> {
  const added: string[] = [];
  for (const attachment of attachments) {
    const sha256 = await keepAccepted(trx, entity, { bytes: attachment.bytes, mediaType: attachment.mediaType, purpose: 'attachment' });
    const rows = await sql(
      trx,
      `insert into case_attachments (case_id, entity, sha256, name, media_type, quarantined)
       values (:caseId, :entity, :sha256, :name, :mediaType, :quarantined) on conflict do nothing returning 1`,
      { caseId, entity, sha256, name: attachment.name, mediaType: attachment.mediaType, quarantined: attachment.quarantined },
    );
    if (rows.length > 0) added.push(sha256);
  }
  return added;
}

/** Every sender counts messages alone: the same id of two of them is two messages. */
export function messageKey({ channel, messageId, sender, submitter }: Delivery): string {
  return `${channel}/${sender ?? submitter}/${messageId ?? ''}`;
}

function orderNumbersOf(invoice: Invoice): string[] {
  const numbers = [invoice.references.order, ...invoice.lines.map((line) => line.orderNumber)];
  return [...new Set(numbers.filter((number) => number !== undefined))].sort();
}
