import type { Place, Problem } from '../../domain/errors.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import type { Interchange } from './interchange.ts';

export type InvoiceSyntax = 'ubl' | 'cii' | 'edifact' | 'x12' | 'pdf-cii' | 'pdf-ubl' | 'json';

/** How the document was written; no part of the canonical invoice. */
export interface InvoiceFormat {
  syntax: InvoiceSyntax;
  /** Specification identifier (BT-24), EDIFACT message version or X12 version as stated. */
  profile?: string;
  /** Name of the embedded file that was read, for a PDF. */
  embeddedName?: string;
}

/** A supporting document with its bytes. Quarantined ones are stored apart and shown to nobody. */
export interface ReadAttachment {
  id: string;
  fileName?: string;
  mimeType?: string;
  /** `invoice`: named by the invoice itself; `pdf`: lies in the PDF beside it. */
  origin: 'invoice' | 'pdf';
  bytes: Uint8Array;
  /** SHA-256 of `bytes`, hex. */
  contentHash: string;
  quarantined: boolean;
}

export type WarningCode =
  | 'attachment-quarantined' // test signature of malware in an attachment or in the text itself
  | 'attachment-unreadable' // its content is not valid base64
  | 'date-unset' // the first day of year 1 where a date may be absent: it was left out
  | 'text-suspicious' // direction overrides, control or invisible characters
  | 'pdf-several-invoices'; // the best-known name was read

/** Something that people must see although the document could be read. */
export interface ReadWarning {
  code: WarningCode;
  message: string;
  place?: Place;
}

export type ReadResult =
  | {
      ok: true;
      format: InvoiceFormat;
      invoice: Invoice;
      attachments: ReadAttachment[];
      /** SHA-256 hex of the canonical JSON of `invoice`. */
      documentHash: string;
      warnings: ReadWarning[];
    }
  /** `interchange`: it could not be read as one document because it carries several messages. */
  | { ok: false; format?: InvoiceFormat; problem: Problem; interchange?: Interchange };

export interface ReadOptions {
  /** Bytes accepted; 20 MB unless told. */
  maxBytes?: number;
}
