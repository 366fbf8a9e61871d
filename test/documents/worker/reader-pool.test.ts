import { afterAll, describe, expect, it } from 'vitest';
import { closeInvoiceReaders, openInvoiceReaders, readInvoiceInWorker } from '../../../documents/invoice/read-in-worker.ts';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { createReaderPool } from '../../../documents/worker/reader-pool.ts';
import { sample } from '../invoice/public-files.ts';

const entry = new URL('./faulty-readers.ts', import.meta.url);
const none = new Uint8Array();

describe('the reader pool', () => {
  const pool = createReaderPool({ size: 1, timeLimitMs: 500, heapMb: 64, entry });
  afterAll(() => pool.close());

  it('gives the result of a reader', async () => {
    expect(await pool.run('echo', new Uint8Array(7), {})).toEqual({ ok: true, result: 7 });
  });

  it.each([
    ['throws', 'document-reader-crashed'],
    ['unknown', 'document-reader-crashed'],
    ['hangs', 'document-reader-timeout'],
    ['exits', 'document-reader-crashed'],
    ['eats', 'document-reader-crashed'],
  ])('a reader that %s is a problem, and the next document is read', async (reader, code) => {
    const slow = reader === 'eats' ? createReaderPool({ size: 1, timeLimitMs: 60_000, heapMb: 32, entry }) : pool;
    const [bad, next] = await Promise.all([slow.run(reader, none, {}), slow.run('echo', new Uint8Array(3), {})]);
    expect(bad).toMatchObject({ ok: false, problem: { code } });
    expect(next).toEqual({ ok: true, result: 3 });
    if (slow !== pool) await slow.close();
  });

  it('answers everybody when it is closed', async () => {
    const closing = createReaderPool({ size: 1, timeLimitMs: 60_000, heapMb: 64, entry });
    const answers = [closing.run('hangs', none, {}), closing.run('echo', none, {})];
    await closing.close();
    for (const answer of await Promise.all([...answers, closing.run('echo', none, {})])) expect(answer).toMatchObject({ ok: false, problem: { code: 'document-reader-crashed' } });
  });
});

describe('reading in a thread', () => {
  afterAll(closeInvoiceReaders);

  it('is the same as reading here', async () => {
    openInvoiceReaders();
    for (const name of ['invoice.ubl.xml', 'invoice.pdf', 'refused/not-a-number.xml'])
      expect(await readInvoiceInWorker(sample(name))).toEqual(await readInvoice(sample(name)));
  });
});
