import { parentPort } from 'node:worker_threads';
import { handle } from '../../../documents/worker/protocol.ts';

/** A thread whose readers misbehave in the ways that a pool must survive. */
if (!parentPort) throw new Error('runs as a worker thread only');

handle(parentPort, {
  echo: (bytes) => Promise.resolve(bytes.length),
  throws: () => Promise.reject(new TypeError('bad')),
  hangs: () => {
    for (;;);
  },
  exits: () => process.exit(3),
  eats: () => {
    const eaten: number[][] = [];
    for (;;) eaten.push(Array.from({ length: 100_000 }, (_, i) => i));
  },
});
