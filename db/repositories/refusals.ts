import type { Problem } from '../../domain/errors.ts';
import { inTransaction, sql, sqlOne, type Db, type Trx } from '../client.ts';
import { appendAudit, INSTALLATION } from './audit.ts';
import { contentHash, keepRefused, type RefusedRetention } from './blobs.ts';
import { openException } from './exceptions.ts';
import { messageKey, type Delivery } from './intake.ts';
import { completeRequest, type RequestHandle, type RequestOutcome } from './requests.ts';

/** Which attachment of a mail a document is, from 1, and which message of that if it is an interchange. */
export interface MailPlace {
  attachment: number;
  message?: number;
}

export interface RefusedDocument extends Delivery {
  /** Absent where the company could not be read. */
  entity?: string;
  /** Absent when the bytes were too many to be kept. */
  bytes?: Buffer;
  mediaType: string;
  /** The mail that it came in: kept in its place, so that what came beside it is there when it is tried again. */
  within?: MailPlace & { mail: Buffer };
  problem: Problem;
  retention: RefusedRetention;
  /** Who looks after it and until when, for deliveries that nobody waits for (mail, EDI, folder); the API's caller has the answer. */
  queue?: { ownerRole: string; dueAt: string };
  request?: { handle: RequestHandle; outcome: RequestOutcome };
}

/** Keeps a refused document for a while, puts it into the intake queue where nobody waits for the answer, and starts nothing. */
export async function refuseDocument(db: Db, document: RefusedDocument): Promise<{ exceptionId?: string; contentHash?: string }> {
  const entity = document.entity ?? INSTALLATION;
  return inTransaction(db, async (trx) => {
    const bytes = document.within?.mail ?? document.bytes;
    const mediaType = document.within ? 'message/rfc822' : document.mediaType;
    const kept = bytes && (await keepRefused(trx, entity, { bytes, mediaType, purpose: 'document' }, document.retention));
    const exceptionId = document.queue && (await queueRefusal(trx, entity, document, document.queue, kept));
    if (document.request) await completeRequest(trx, document.request.handle, document.request.outcome);
    await appendAudit(trx, entity, [
      {
        action: 'intake.refused',
        actor: document.submitter,
        correlationId: document.correlationId,
        data: { channel: document.channel, code: document.problem.code, contentHash: kept ?? null, exception: exceptionId ?? null },
      },
    ]);
    return { ...(exceptionId ? { exceptionId } : {}), ...(kept ? { contentHash: kept } : {}) };
  });
}

/** The same document of the same message refused again keeps its row while that is open, in whatever mail it comes; once somebody has closed it, the next one has a row of its own. */
async function queueRefusal(trx: Trx, entity: string, document: RefusedDocument, queue: { ownerRole: string; dueAt: string }, kept: string | undefined): Promise<string> {
  const id = await unresolvedId(trx, `${entity}/${messageKey(document)}/${document.bytes ? contentHash(document.bytes) : document.correlationId}`);
  await openException(trx, {
    id,
    entity,
    origin: 'intake',
    code: document.problem.code,
    reasonCode: 'UNR',
    actionCode: 'NIN',
    title: document.problem.message,
    suggestion: document.problem.remedy,
    findings: [],
    ownerRole: queue.ownerRole,
    dueAt: queue.dueAt,
    source: { channel: document.channel, messageId: document.messageId ?? null, contentHash: kept ?? null, place: document.problem.place ?? null, ...(document.within ? { within: placeIn(document.within) } : {}) },
    correlationId: document.correlationId,
  });
  return id;
}

function placeIn({ attachment, message }: MailPlace): MailPlace {
  return { attachment, ...(message === undefined ? {} : { message }) };
}

/** Locked, so that nobody closes the row as answered while another delivery joins it. */
async function unresolvedId(trx: Trx, key: string): Promise<string> {
  const { name } = await sqlOne<{ name: string }>(trx, `select 'intake-' || left(encode(sha256(convert_to(:key, 'UTF8')), 'hex'), 20) as name`, { key });
  for (let again = 1; ; again += 1) {
    const id = again === 1 ? name : `${name}-${again}`;
    const [row] = await sql<{ state: string }>(trx, `select state from exceptions where id = :id for update`, { id });
    if (row === undefined || row.state === 'open') return id;
  }
}
