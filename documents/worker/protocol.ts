import type { MessagePort } from 'node:worker_threads';

/** What the pool sends to a thread. `reader` names one of the readers that the thread was started with. */
export interface ReadRequest {
  reader: string;
  bytes: Uint8Array;
  options: unknown;
}

/** What comes back: once that the thread is loaded, then for each request the reader's own result or the name of the error that stopped it. */
export type ReadReply = { ready: true } | { result: unknown } | { crashed: string };

type Readers = Record<string, (bytes: Uint8Array, options: never) => Promise<unknown>>;

export function handle(port: MessagePort, readers: Readers): void {
  port.on('message', (request: ReadRequest) => {
    void answer(readers, request).then((reply) => port.postMessage(reply));
  });
  port.postMessage({ ready: true } satisfies ReadReply);
}

async function answer(readers: Readers, { reader, bytes, options }: ReadRequest): Promise<ReadReply> {
  try {
    const read = readers[reader];
    if (!read) return { crashed: `no reader ${reader}` };
    return { result: await read(bytes, options as never) };
  } catch (error) {
    return { crashed: error instanceof Error ? error.name : typeof error };
  }
}
