import type { Corrections } from '../../domain/model/invoice-facts.ts';
import { invoiceSchema, type Invoice } from '../../domain/model/invoice.ts';
import { json, sql, sqlOne, type Db, type Trx } from '../client.ts';

/** One version of a case's canonical document; a version never changes. */
export interface StoredDocument {
  caseId: string;
  version: number;
  entity: string;
  documentHash: string;
  contentHash: string;
  mediaType: string;
  format: string;
  invoice: Invoice;
  metadata: Record<string, unknown>;
  createdBy: string;
  createdAt: string;
}

/** The newest version, or the one asked for. */
export async function readDocument(db: Db, caseId: string, version?: number): Promise<StoredDocument | undefined> {
  const [row] = await sql<Omit<StoredDocument, 'invoice'> & { document: unknown }>(
    db,
    `select case_id as "caseId", version, entity, document_hash as "documentHash", content_hash as "contentHash", media_type as "mediaType", format,
            document, metadata, created_by as "createdBy", created_at as "createdAt"
       from documents where case_id = :caseId and (:version::int is null or version = :version) order by version desc limit 1`,
    { caseId, version },
    'document-read',
  );
  if (row === undefined) return undefined;
  const { document, ...rest } = row;
  return { ...rest, invoice: invoiceSchema.parse(document) };
}

export interface StoredAttachment {
  sha256: string;
  name: string;
  mediaType: string;
  quarantined: boolean;
}

export async function attachmentsOf(db: Db, caseId: string): Promise<StoredAttachment[]> {
  return sql<StoredAttachment>(
    db,
    `select sha256, name, media_type as "mediaType", quarantined from case_attachments where case_id = :caseId order by created_at, name`,
    { caseId },
    'attachments-of',
  );
}

/** What people corrected about our side of the document; empty lists while nobody did. */
export async function readCorrections(db: Db, caseId: string): Promise<Corrections> {
  const row = await sqlOne<{ corrections: Corrections }>(db, `select corrections from cases where id = :caseId`, { caseId }, 'corrections-read');
  return row.corrections;
}

export async function saveCorrections(trx: Trx, caseId: string, corrections: Corrections): Promise<void> {
  await sql(trx, `update cases set corrections = :corrections where id = :caseId`, { caseId, corrections: json(corrections) });
}
