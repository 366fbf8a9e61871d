import { createReaderPool, type ReaderPool } from '../worker/reader-pool.ts';
import type { ReadOptions, ReadResult } from './result.ts';

let shared: ReaderPool | undefined;

/**
 * `readInvoice` in a thread of its own, for servers: 10 s a document, 512 MB of heap, two threads. The shape of the result is
 * the same; a reader that hangs or crashes is `document-reader-timeout` or `document-reader-crashed`.
 */
export async function readInvoiceInWorker(bytes: Uint8Array, options: ReadOptions = {}): Promise<ReadResult> {
  const answer = await pool().run('invoice', bytes, options);
  return answer.ok ? (answer.result as ReadResult) : answer;
}

/** Starts the threads ahead of the first document. */
export function openInvoiceReaders(): void {
  pool().warmUp();
}

/** Ends the threads, for an orderly shutdown. */
export async function closeInvoiceReaders(): Promise<void> {
  await shared?.close();
  shared = undefined;
}

function pool(): ReaderPool {
  return (shared ??= createReaderPool({ size: 2, timeLimitMs: 10_000, heapMb: 512, entry: entryBeside() }));
}

/** The thread's module runs in the form this one does: source in development, compiled in production. */
function entryBeside(): URL {
  return new URL(`../worker/reader-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
}
