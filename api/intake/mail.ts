import PostalMime, { type Attachment, type Email } from 'postal-mime';
import type { ReadResult } from '../../documents/invoice/result.ts';
import { problem } from '../../domain/errors.ts';
import { refuseDelivery, takeIn, type IntakeParts, type QueueOf, type TakenIn } from './take-in.ts';

export interface MailDelivery {
  bytes: Buffer;
  /** The company whose folder or mailbox it came to. */
  entity?: string;
  correlationId: string;
  queue: QueueOf;
}

const limits = { maxNestingDepth: 20, maxHeadersSize: 256 * 1024 };
const headerLine = /^[!-9;-~]+:/;
const markers = /^(message-id|mime-version|received|from):/im;

/** Told by content: a block of header lines with one that every mail has. */
export function isMail(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 64 * 1024).toString('latin1').split(/\r?\n\r?\n/, 1)[0] ?? '';
  const lines = head.split(/\r?\n/);
  return lines.length > 1 && headerLine.test(lines[0] ?? '') && lines.every((line) => headerLine.test(line) || /^[ \t]/.test(line)) && markers.test(head);
}

/**
 * Takes in the invoices of a mail: each attachment that can be read is one document, named by the mail's Message-ID and its place; the other
 * attachments come beside it. A mail with none is one row in the intake queue.
 */
export async function takeInMail(parts: IntakeParts, mail: MailDelivery): Promise<TakenIn[]> {
  const delivery = { channel: 'mail', submitter: 'system:mail', correlationId: mail.correlationId, ...(mail.entity === undefined ? {} : { entity: mail.entity }) };
  const email = await PostalMime.parse(mail.bytes, limits).catch(() => undefined);
  const messageId = email && messageIdOf(email);
  if (!email || !messageId) return [await refuseDelivery(parts, { ...delivery, bytes: mail.bytes, mediaType: 'message/rfc822' }, problem('mail-unreadable', 'The mail cannot be read, or names no Message-ID.'), mail.queue)];

  const files = email.attachments.map(fileOf);
  const readable = await Promise.all(files.map(async (file) => isInvoice(await parts.read(file.bytes))));
  const beside = files.filter((_, index) => !readable[index]);
  const taken: TakenIn[] = [];
  for (const [index, file] of files.entries()) {
    if (readable[index]) taken.push(...(await takeIn(parts, { ...delivery, ...file, messageId: `${messageId}#${index + 1}`, attachments: beside }, { mayEnter: () => true, queue: mail.queue })));
  }
  if (taken.length > 0) return taken;
  return [await refuseDelivery(parts, { ...delivery, messageId, bytes: mail.bytes, mediaType: 'message/rfc822' }, await whyNone(parts, files), mail.queue)];
}

/** One that can be read, or an interchange with several. */
function isInvoice(read: ReadResult): boolean {
  return read.ok || read.interchange?.ok === true;
}

/** With a single attachment its own fault is what the sender can mend. */
async function whyNone(parts: IntakeParts, files: { bytes: Buffer }[]) {
  const [only, ...more] = files;
  const read = only && more.length === 0 ? await parts.read(only.bytes) : undefined;
  return read && !read.ok ? read.problem : problem('mail-without-invoice', `None of the ${files.length} attachments of this mail is an invoice that can be read.`);
}

function messageIdOf({ messageId }: Email): string | undefined {
  const id = messageId?.trim().slice(0, 190);
  return id === '' ? undefined : id;
}

function fileOf({ filename, mimeType, content }: Attachment, index: number) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as Uint8Array);
  return { name: filename ?? `attachment-${index + 1}`, mediaType: mimeType, bytes };
}
