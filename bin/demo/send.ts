import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Caller } from './callers.ts';
import { hybridPdf } from './hybrid-pdf.ts';
import type { Sent } from './outcome.ts';
import type { Sample } from './samples.ts';
import { stamp, type Stamps } from './stamp.ts';

/** A template of `samples/demo` with the stamps of this run. */
export function stamped(home: string, file: string, stamps: Stamps): string {
  return stamp(readFileSync(join(home, 'samples', 'demo', file), 'utf8'), stamps);
}

export function documentOf(home: string, sample: Sample, stamps: Stamps): Buffer {
  const text = stamped(home, sample.file, stamps);
  return sample.file.endsWith('.pdf.cii.xml') ? hybridPdf(stamp(sample.number, stamps), text) : Buffer.from(text, 'utf8');
}

/** Sends a document as its sender would. */
export async function send(caller: Caller, sample: Sample, home: string, stamps: Stamps): Promise<Sent> {
  const bytes = documentOf(home, sample, stamps);
  const { mediaType, attachment } = sample;
  const write = attachment === undefined ? { bytes, mediaType } : { form: formOf({ name: sample.file, mediaType, bytes }, { name: attachment, mediaType: 'text/plain', bytes: Buffer.from(stamped(home, attachment, stamps)) }) };
  const { status, body } = await caller.post('/v1/invoices', write);
  return status === 202 ? { status, caseId: body.id, accepted: body.accepted } : { status, code: body.code };
}

interface Part {
  name: string;
  mediaType: string;
  bytes: Buffer;
}

function formOf(document: Part, attachment: Part): FormData {
  const form = new FormData();
  for (const [field, part] of [['document', document], ['attachment', attachment]] as const) form.append(field, new Blob([new Uint8Array(part.bytes)], { type: part.mediaType }), basename(part.name));
  return form;
}
