// Read e-invoices (UBL, CII, EDIFACT, X12, PDF, JSON) and print one JSON line a file
import { readFile, stat } from 'node:fs/promises';
import { readInvoice } from '../../documents/invoice/read-invoice.ts';
import type { MessagePlace } from '../../documents/invoice/interchange.ts';
import type { ReadResult } from '../../documents/invoice/result.ts';
import { escapeForDisplay } from '../../documents/suspicious-text.ts';
import { problem } from '../../domain/errors.ts';
import { verifyTotals } from '../../domain/rules/invoice/totals.ts';
import { forEachFile } from '../files.ts';

const usage = `Usage: kontor invoice FILE…

Reads each file by its content (the name does not matter) and prints one JSON line a file:
  {"file", "ok": true,  "format", "invoice", "documentHash", "attachments", "findings", "warnings"}
  {"file", "ok": false, "format"?, "problem": {"code", "message", "remedy", "place"}}
Amounts are {"currency", "minor"} in minor units with the document's own sign. \`findings\` lists sums
that do not foot; the document is adopted as it is. An EDI interchange with several messages prints
one line a message, with its place: "message": {"position", "of", "reference", "interchange", "sender"}. Exit code:
0, or 1 when anything was refused.`;

const maxBytes = 20 * 1024 * 1024;

export function run(args: string[]): Promise<number> {
  return forEachFile(args, usage, async (file) => {
    const result = await readFileAsInvoice(file);
    if (result.ok || !result.interchange) return print({ file }, result);
    if (!result.interchange.ok) return print({ file }, { ok: false, ...(result.format && { format: result.format }), problem: result.interchange.problem });
    let ok = true;
    for (const { place, bytes } of result.interchange.messages) ok = print({ file, message: place }, await readInvoice(bytes)) && ok;
    return ok;
  });
}

function print(what: { file: string; message?: MessagePlace }, result: ReadResult): boolean {
  // Characters that would change what a terminal shows are escaped; to a JSON parser the line is the same.
  console.log(escapeForDisplay(JSON.stringify({ ...what, ...lineOf(result) })));
  return result.ok;
}

async function readFileAsInvoice(file: string): Promise<ReadResult> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(file);
    if (size > maxBytes) return { ok: false, problem: problem('document-too-large', `The file has ${size} bytes; ${maxBytes} are accepted.`, { file }) };
    bytes = await readFile(file);
  } catch (error) {
    return { ok: false, problem: problem('document-unreadable', `The file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`, { file }) };
  }
  return readInvoice(bytes);
}

function lineOf(result: ReadResult): object {
  if (!result.ok) return { ok: false, format: result.format, problem: result.problem };
  const { format, invoice, documentHash, attachments, warnings } = result;
  return {
    ok: true,
    format,
    invoice,
    documentHash,
    attachments: attachments.map(({ bytes, ...attachment }) => ({ ...attachment, size: bytes.byteLength })),
    findings: verifyTotals(invoice),
    warnings,
  };
}
