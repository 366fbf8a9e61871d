import type { Attachment } from '../../domain/model/invoice.ts';
import { carriesMalwareSignature, contentHashOf, decodeBase64 } from '../attachments.ts';
import type { EmbeddedFile } from './draft.ts';
import type { ReadAttachment, ReadWarning } from './result.ts';

interface OpenedFiles {
  /** What the canonical invoice says about its supporting documents, with hash and size of the embedded ones. */
  stated: Attachment[];
  attachments: ReadAttachment[];
  warnings: ReadWarning[];
}

/**
 * Takes the bytes out of the files that the invoice embeds: those it states as supporting documents, those that lie elsewhere in
 * its XML, and those beside it in a PDF. Only the first kind is part of the canonical invoice.
 */
export function openFiles(files: EmbeddedFile[], stray: EmbeddedFile[], beside: { name: string; bytes: Uint8Array }[]): OpenedFiles {
  const opened: OpenedFiles = { stated: [], attachments: [], warnings: [] };
  for (const file of files) opened.stated.push(open(file, opened));
  for (const file of stray) open(file, opened);
  for (const { name, bytes } of beside) keep({ id: name, fileName: name, origin: 'pdf' }, bytes, { path: name }, opened);
  return opened;
}

function open(file: EmbeddedFile, opened: OpenedFiles): Attachment {
  const { attachment, base64, place } = file;
  const bytes = file.bytes ?? (base64 === undefined || base64.trim() === '' ? undefined : decodeBase64(base64));
  if (bytes) {
    const contentHash = keep({ id: attachment.id, fileName: attachment.fileName, mimeType: attachment.mimeType, origin: 'invoice' }, bytes, place, opened);
    return { ...attachment, contentHash, size: bytes.byteLength };
  }
  if (base64?.trim()) opened.warnings.push({ code: 'attachment-unreadable', message: `The content of attachment ${attachment.id} is not base64.`, place });
  return attachment;
}

function keep(about: Pick<ReadAttachment, 'id' | 'fileName' | 'mimeType' | 'origin'>, bytes: Uint8Array, place: EmbeddedFile['place'], opened: OpenedFiles): string {
  const contentHash = contentHashOf(bytes);
  const quarantined = carriesMalwareSignature(bytes);
  opened.attachments.push({ ...about, bytes, contentHash, quarantined });
  if (quarantined) opened.warnings.push({ code: 'attachment-quarantined', message: `Attachment ${about.id} carries the test signature of malware.`, place });
  return contentHash;
}
