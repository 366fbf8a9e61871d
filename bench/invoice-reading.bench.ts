import { performance } from 'node:perf_hooks';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { closeInvoiceReaders, openInvoiceReaders, readInvoiceInWorker } from '../documents/invoice/read-in-worker.ts';
import { readInvoice } from '../documents/invoice/read-invoice.ts';

export const summary = 'time to read one e-invoice of each format, here and in a worker thread';

const samples = ['invoice.ubl.xml', 'corrected.cii.xml', 'invoice.edi', 'invoice.x12', 'invoice.json', 'invoice.pdf'];

/** Milliseconds an invoice, median and 95th percentile; `repeats` is the first argument. */
export async function run(args: string[]) {
  const repeats = Number(args[0] ?? 200);
  openInvoiceReaders();
  const rows: Record<string, string | number>[] = [];
  for (const name of samples) {
    const bytes = new Uint8Array(readFileSync(fileURLToPath(new URL(`../samples/invoices/${name}`, import.meta.url))));
    rows.push({ file: name, ...(await timed('here', repeats, () => readInvoice(bytes))), ...(await timed('thread', repeats, () => readInvoiceInWorker(bytes))) });
  }
  await closeInvoiceReaders();
  return { name: 'invoice-reading', rows, notes: ['ms an invoice, one after the other; the first fifth of the runs is left out'] };
}

async function timed(label: string, repeats: number, read: () => Promise<{ ok: boolean }>): Promise<Record<string, number>> {
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    const result = await read();
    if (!result.ok) throw new Error('a sample was refused');
    times.push(performance.now() - start);
  }
  const sorted = times.slice(Math.floor(repeats / 5)).sort((a, b) => a - b);
  const at = (share: number) => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2));
  return { [`${label} p50`]: at(0.5), [`${label} p95`]: at(0.95) };
}
