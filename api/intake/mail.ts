import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { problem } from '../../domain/errors.ts';
import { eachByItself } from './each-by-itself.ts';
import { isMeantAsInvoice } from './recognise.ts';
import { refuseDelivery, takeIn, type IntakeOptions, type IntakeParts, type TakenIn } from './take-in.ts';

export interface MailDelivery {
  bytes: Buffer;
  /** The company whose folder or mailbox it came to. */
  entity?: string;
  /** `system:mail`, or the person who tries it again. */
  submitter: string;
  correlationId: string;
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
 * Takes in the invoices of a mail: each attachment that is one is a document of its own, named by the mail's Message-ID and its place, and
 * refused by itself where it is broken; the other attachments come beside those. A mail with none is one row in the intake queue.
 * With `only` it is that attachment alone, with what comes beside it.
 */
export async function takeInMail(parts: IntakeParts, { bytes, ...mail }: MailDelivery, options: Omit<IntakeOptions, 'request'>, only?: number): Promise<TakenIn[]> {
  const email = await PostalMime.parse(bytes, limits).catch(() => undefined);
  const delivery = { ...mail, channel: 'mail', sender: email?.from?.address?.toLowerCase() ?? '' };
  const messageId = email && messageIdOf(email);
  if (!email || !messageId) return [await refuseDelivery(parts, { ...delivery, bytes, mediaType: 'message/rfc822' }, problem('mail-unreadable', 'The mail cannot be read, or names no Message-ID.'), options.queue)];

  const files = email.attachments.map(fileOf);
  const invoices = await Promise.all(files.map((file) => parts.read(file.bytes).then((read) => isMeantAsInvoice(file.bytes, read), () => true)));
  const beside = files.filter((_, index) => !invoices[index]);
  const documents = files
    .map((file, index) => ({ ...delivery, ...file, messageId: `${messageId}#${index + 1}`, attachments: beside, within: { mail: bytes, attachment: index + 1 } }))
    .filter(({ within: { attachment } }, index) => (only === undefined ? invoices[index] : attachment === only));
  const taken = (await eachByItself(documents, 1, (document) => takeIn(parts, document, options))).flat();
  if (taken.length > 0) return taken;
  return [await refuseDelivery(parts, { ...delivery, messageId, bytes, mediaType: 'message/rfc822' }, await whyNone(parts, files), options.queue)];
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
