import type { Db } from '../../db/client.ts';
import { refusedRetention } from '../../db/repositories/blobs.ts';
import { acceptDocument, type Delivery, type IntakeResult, type RequestToComplete } from '../../db/repositories/intake.ts';
import { refuseDocument, type RefusedDocument } from '../../db/repositories/refusals.ts';
import { carriesMalwareSignature } from '../../documents/attachments.ts';
import type { InterchangeMessage, MessagePlace } from '../../documents/invoice/interchange.ts';
import type { ReadAttachment, ReadResult } from '../../documents/invoice/result.ts';
import { KontorError, problem, problemOf, type Problem } from '../../domain/errors.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import { companyOf } from '../../domain/rules/accounts-payable/company.ts';
import { findableBy } from '../../domain/rules/accounts-payable/findable-by.ts';
import { queues } from '../../temporal-config/queues.ts';
import { searchAttributes as attribute } from '../../temporal-config/search-attributes.ts';
import { invoiceToPayProcess, invoiceToPayVersion, invoiceToPayWorkflow } from '../../workflows/contracts/invoice-to-pay.ts';
import { findCompany } from './companies.ts';
import { eachByItself } from './each-by-itself.ts';
import { storable, storableMark, storableMediaType, storableName } from './storable.ts';

export interface IntakeParts {
  db: Db;
  read(bytes: Uint8Array): Promise<ReadResult>;
}

/** A document as it arrived, whatever the channel. */
export interface IncomingDocument extends Delivery {
  bytes: Buffer;
  mediaType: string;
  /** The company that the sender names; otherwise the document's buyer tells. */
  entity?: string;
  /** Where it lay, if it came in an interchange with others. */
  message?: MessagePlace;
  /** Files that came beside the document. */
  attachments: { name: string; mediaType: string; bytes: Buffer }[];
  /** The mail that it is an attachment of. */
  within?: RefusedDocument['within'];
}

/** The limit of a document. */
export const maximumBytes = 20 * 1024 * 1024;
/** A mail carries its attachments in base64. */
export const maximumMailBytes = 2 * maximumBytes;

/** Who looks after a refused delivery and until when: where nobody waits for the answer. */
export type QueueOf = () => Promise<{ ownerRole: string; dueAt: string }>;

/** `row`: the exception that is open for it. `message`: its place in the interchange that it came with. */
export type TakenIn = ({ ok: true; result: IntakeResult } | { ok: false; problem: Problem; row?: string }) & { message?: MessagePlace };

export interface IntakeOptions {
  mayEnter(entity: string): boolean;
  /** Stored in the transaction that accepts the document, where it is a single one. */
  request?: RequestToComplete;
  queue?: QueueOf;
  /** Takes in this message of an interchange alone, by its position. */
  message?: number;
}

/**
 * Reads a document, finds the company it is for and accepts it: from then on it is processed exactly once. A document that cannot
 * be read, or that is for nobody here, is refused with its place; nothing is started and its bytes are kept for a while.
 * An EDI interchange with several messages is as many documents, each accepted or refused by itself; one whose envelope does not hold is refused whole.
 */
export async function takeIn(parts: IntakeParts, incoming: IncomingDocument, options: IntakeOptions): Promise<TakenIn[]> {
  const document = { ...incoming, ...storableMarks(incoming) };
  if (document.entity !== undefined && !(await namedCompany(parts, document.entity, options))) {
    const { entity: _ofNobody, ...unnamed } = document;
    return [await refuseDelivery(parts, unnamed, problem('company-unknown', 'The company that the delivery names is none of those here.', { path: 'entity' }), options.queue)];
  }
  if (document.bytes.length > maximumBytes) return [await tooLarge(parts, document, options.queue)];
  const read = await parts.read(document.bytes);
  if (read.ok || !read.interchange) return [await takeInRead(parts, document, read, options)];
  if (!read.interchange.ok) return [await refuseDelivery(parts, document, read.interchange.problem, options.queue)];
  return takeInMessages(parts, document, read.interchange.messages.filter(({ place }) => place.position === (options.message ?? place.position)), options);
}

/** The company that the sender names, before a byte is read: nothing is written to the records of one where the sender has nothing to enter. */
async function namedCompany({ db }: IntakeParts, entity: string, { mayEnter }: IntakeOptions): Promise<LegalEntity | undefined> {
  const company = await findCompany(db, (companies) => companies.find(({ id }) => id === entity));
  if (company && !mayEnter(company.id)) throw notYours(company);
  return company;
}

function notYours({ id }: LegalEntity): KontorError {
  return new KontorError('not-permitted', `You may not enter documents for ${id}.`);
}

const messagesAtOnce = 8;

/** A message that is sent again has its case already, so that an interchange that broke off half way is just sent again. */
function takeInMessages(parts: IntakeParts, document: IncomingDocument, messages: InterchangeMessage[], { request: _ofOne, ...options }: IntakeOptions): Promise<TakenIn[]> {
  return eachByItself(messages, messagesAtOnce, (message) => takeInMessage(parts, document, message, options));
}

async function takeInMessage(parts: IntakeParts, document: IncomingDocument, { place, bytes }: InterchangeMessage, options: IntakeOptions): Promise<TakenIn> {
  const messageId = document.messageId && `${document.messageId}#${place.position}`;
  const message = { ...document, ...(messageId ? { messageId } : {}), bytes: Buffer.from(bytes), message: place, ...(document.within ? { within: { ...document.within, message: place.position } } : {}) };
  try {
    return { ...(await takeInRead(parts, message, await parts.read(bytes), options)), message: place };
  } catch (error) {
    if (error instanceof KontorError && error.category === 'forbidden') return { ok: false, problem: problemOf(error), message: place };
    throw error;
  }
}

async function takeInRead(parts: IntakeParts, document: IncomingDocument, read: ReadResult, options: IntakeOptions): Promise<TakenIn> {
  if (!read.ok) return refuseDelivery(parts, document, read.problem, options.queue);
  const company = await findCompany(parts.db, (companies) => (document.entity === undefined ? companyOf(read.invoice.buyer, companies) : companies.find(({ id }) => id === document.entity)));
  if (!company) return refuseDelivery(parts, document, problem('company-unknown', 'The buyer on the document is none of the companies here, or more than one.', { path: 'buyer' }), options.queue);
  if (!options.mayEnter(company.id)) throw notYours(company);
  const result = await acceptDocument(parts.db, accepted(document, read, company), options.request);
  return { ok: true, result };
}

/** Nothing of it is kept; the caller of the API has the answer, any other delivery gets its row. */
async function tooLarge(parts: IntakeParts, { bytes: _tooMany, within: _more, ...document }: IncomingDocument, queue: QueueOf | undefined): Promise<TakenIn> {
  const found = problem('document-too-large', 'The document has more than 20 MB.');
  return queue ? refuseDelivery(parts, document, found, queue) : { ok: false, problem: found };
}

/** Keeps a refused delivery for a while, with its row in the intake queue where nobody waits for the answer. */
export async function refuseDelivery({ db }: Pick<IntakeParts, 'db'>, delivery: Delivery & Pick<RefusedDocument, 'entity' | 'mediaType' | 'bytes' | 'within'>, found: Problem, queue: QueueOf | undefined): Promise<TakenIn> {
  const { channel, submitter, correlationId, entity, bytes, within } = delivery;
  const { exceptionId } = await refuseDocument(db, {
    channel,
    submitter,
    correlationId,
    ...storableMarks(delivery),
    problem: storable(found),
    retention: refusedRetention,
    ...(queue ? { queue: await queue() } : {}),
    ...(entity === undefined ? {} : { entity }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(within === undefined ? {} : { within }),
  });
  return { ok: false, problem: found, ...(exceptionId === undefined ? {} : { row: exceptionId }) };
}

function storableMarks({ messageId, sender, mediaType }: Pick<IncomingDocument, 'messageId' | 'sender' | 'mediaType'>) {
  return { mediaType: storableMediaType(mediaType), ...(messageId === undefined ? {} : { messageId: storableMark(messageId) }), ...(sender === undefined ? {} : { sender: storableMark(sender) }) };
}

function accepted(document: IncomingDocument, read: Extract<ReadResult, { ok: true }>, company: LegalEntity): Parameters<typeof acceptDocument>[1] {
  const { invoice } = read;
  const found = findableBy({ ...invoice, payable: invoice.totals.payable });
  return {
    channel: document.channel,
    ...(document.messageId === undefined ? {} : { messageId: document.messageId }),
    submitter: document.submitter,
    ...(document.sender === undefined ? {} : { sender: document.sender }),
    correlationId: document.correlationId,
    entity: company.id,
    bytes: document.bytes,
    mediaType: document.mediaType,
    format: read.format.syntax,
    metadata: storable({ ...read.format, warnings: read.warnings, ...(document.message ? { message: document.message } : {}) }),
    invoice,
    documentHash: read.documentHash,
    attachments: [...read.attachments.map(embedded), ...document.attachments.map(beside)],
    start: {
      process: invoiceToPayProcess,
      workflow: invoiceToPayWorkflow,
      queue: queues.workflows,
      workflowVersion: invoiceToPayVersion,
      searchAttributes: {
        [attribute.process.name]: invoiceToPayWorkflow,
        [attribute.entity.name]: company.id,
        [attribute.stage.name]: 'received',
        [attribute.documentRef.name]: found.number,
        [attribute.documentClass.name]: found.class,
        [attribute.currency.name]: found.currency,
        ...(found.amount === undefined ? {} : { [attribute.amount.name]: found.amount }),
        [attribute.correlationId.name]: document.correlationId,
      },
    },
  };
}

function embedded({ fileName, id, mimeType, bytes, quarantined }: ReadAttachment) {
  return { name: storableName(fileName ?? id), mediaType: storableMediaType(mimeType ?? ''), bytes: Buffer.from(bytes), quarantined };
}

function beside({ name, mediaType, bytes }: IncomingDocument['attachments'][number]) {
  return { name: storableName(name), mediaType: storableMediaType(mediaType), bytes, quarantined: carriesMalwareSignature(bytes) };
}
