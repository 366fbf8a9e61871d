import type { Attachment, Invoice } from '../../domain/model/invoice.ts';
import type { Place } from '../../domain/errors.ts';
import { placeOf, type XmlNode } from '../xml/node.ts';
import { cleanText } from './values.ts';

/** What a syntax reader hands back: the canonical invoice and, beside it, what belongs to the syntax alone. */
export interface DraftInvoice {
  profile: string | undefined;
  invoice: Invoice;
  /** One for each member of `invoice.attachments`, in the same order. */
  files: EmbeddedFile[];
}

/** A supporting document with its content still as the syntax carried it. */
export interface EmbeddedFile {
  attachment: Attachment;
  base64?: string;
  bytes?: Uint8Array;
  place: Place;
}

export function embeddedFile(stated: { id: string; description?: string; uri?: string; content: XmlNode | undefined }): EmbeddedFile {
  const { content, ...rest } = stated;
  return {
    attachment: { ...rest, fileName: cleanText(content?.attributes['filename']), mimeType: cleanText(content?.attributes['mimeCode']) },
    base64: content?.text,
    place: content ? placeOf(content) : {},
  };
}
