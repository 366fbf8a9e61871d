// A thread that screens a share of the names; it loads the TypeScript of the project as the main thread does.
import { parentPort, workerData } from 'node:worker_threads';

if (import.meta.url.includes('/dist/')) await work(await import('./thread.js'));
else {
  const { register } = await import('tsx/esm/api');
  register();
  await work(await import('./thread.ts'));
}

async function work({ contextOf, screenRow }) {
  const context = contextOf(workerData);
  parentPort.on('message', (rows) => parentPort.postMessage(rows.map((row) => screenRow(context, row))));
  parentPort.postMessage('ready');
}
