import { parentPort } from 'node:worker_threads';
import { readInvoice } from '../invoice/read-invoice.ts';
import { handle } from './protocol.ts';

/** Entry point of a reader thread: one document in, one result out, one at a time. */
if (!parentPort) throw new Error('reader-worker runs as a worker thread only');
handle(parentPort, { invoice: readInvoice });
