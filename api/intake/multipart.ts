import busboy from 'busboy';
import { KontorError } from '../../domain/errors.ts';

export interface MultipartFile {
  name: string;
  mediaType: string;
  bytes: Buffer;
}

const limits = { files: 20, fields: 20, parts: 40, headerPairs: 50 };

/** The files of a multipart body in the order in which they came; the first, or the one named `document`, is the invoice. */
export async function readMultipart(bytes: Buffer, contentType: string): Promise<{ document: MultipartFile; attachments: MultipartFile[] }> {
  const files = await parse(bytes, contentType);
  const document = files.find(({ field }) => field === 'document') ?? files[0];
  if (!document) throw new KontorError('request-invalid', 'The multipart body carries no file.', { place: { path: 'document' } });
  return { document, attachments: files.filter((file) => file !== document).map(({ field: _field, ...file }) => file) };
}

function parse(bytes: Buffer, contentType: string): Promise<(MultipartFile & { field: string })[]> {
  return new Promise((resolve, reject) => {
    const refuse = (): void => reject(new KontorError('request-invalid', 'The multipart body is broken, or has more parts than accepted.'));
    const files: (MultipartFile & { field: string })[] = [];
    try {
      const parser = busboy({ headers: { 'content-type': contentType }, limits });
      parser.on('file', (field, stream, info) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => files.push({ field, name: info.filename ?? field, mediaType: info.mimeType, bytes: Buffer.concat(chunks) }));
        stream.on('error', refuse);
      });
      for (const event of ['error', 'partsLimit', 'filesLimit', 'fieldsLimit'] as const) parser.on(event, refuse);
      parser.on('close', () => resolve(files));
      parser.end(bytes);
    } catch {
      refuse();
    }
  });
}
