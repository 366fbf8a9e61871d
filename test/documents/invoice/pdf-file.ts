import { deflateSync } from 'node:zlib';

/** Where the files of a PDF hang: in its name tree, pinned to its page as annotations, in both, or only associated with the document. */
type Place = 'names' | 'page' | 'both' | 'associated';

/** The smallest PDF with embedded files: one empty page and a name tree. `deflate` compresses the files as real writers do. */
export function pdfWith(files: { name: string; bytes: Uint8Array }[], options: { deflate?: boolean; at?: Place; counted?: number } = {}): Uint8Array {
  const { at = 'names', counted = 1 } = options;
  const objects: Buffer[] = [];
  const add = (...parts: (string | Uint8Array)[]) => objects.push(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part)))));
  const names = files.map((file, index) => `(${file.name}) ${5 + 2 * index} 0 R`).join(' ');
  const specs = files.map((_, index) => `${5 + 2 * index} 0 R`);
  const listed = files.length > 0 && (at === 'names' || at === 'both') ? '/Names<</EmbeddedFiles 4 0 R>>' : '';
  const pinned = at === 'page' || at === 'both' ? `/Annots[${specs.map((spec) => `<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS ${spec}>>`).join('')}]` : '';
  add(`<</Type/Catalog/Pages 2 0 R${listed}${at === 'associated' ? `/AF[${specs.join(' ')}]` : ''}>>`);
  add(`<</Type/Pages/Kids[3 0 R]/Count ${counted}>>`);
  add(`<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]${pinned}>>`);
  add(`<</Names[${names}]>>`);
  files.forEach((file, index) => {
    const data = options.deflate ? deflateSync(file.bytes) : file.bytes;
    add(`<</Type/Filespec/F(${file.name})/UF(${file.name})/AFRelationship/Alternative/EF<</F ${6 + 2 * index} 0 R>>>>`);
    add(`<</Type/EmbeddedFile/Subtype/text#2Fxml${options.deflate ? '/Filter/FlateDecode' : ''}/Length ${data.length}>>\nstream\n`, data, '\nendstream');
  });
  return assembled(objects);
}

function assembled(objects: Buffer[]): Uint8Array {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n', 'latin1')];
  const offsets: number[] = [];
  let at = parts[0]?.length ?? 0;
  objects.forEach((body, index) => {
    const whole = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]);
    offsets.push(at);
    parts.push(whole);
    at += whole.length;
  });
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${at}\n%%EOF\n`));
  return new Uint8Array(Buffer.concat(parts));
}
