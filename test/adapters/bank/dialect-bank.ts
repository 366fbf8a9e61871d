import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BankCounterpart, BankFault } from '../contracts/bank.ts';

interface KeptFile {
  messageId: string;
  reference: string;
  text: string;
}

/** The least that speaks the HTTP dialect of `adapters/bank/transport/http.ts`: keeps files, refuses an id that it has, sends what it is told to. */
export async function startDialectBank(): Promise<BankCounterpart & { url: string; send(kind: string, text: string): void; headers: IncomingMessage['headers'][] }> {
  const files: KeptFile[] = [];
  const messages: { id: string; kind: string; text: string }[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const faults = new Map<'sends' | 'reads', BankFault>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const send = (kind: string, text: string) => void messages.push({ id: `M${messages.length + 1}`, kind, text });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ebank/`,
    headers,
    send,
    files: (messageId) => Promise.resolve(files.filter((file) => file.messageId === messageId).map(({ text }) => text)),
    provoke: () => Promise.resolve(send('pain.002', `<message number="${messages.length}"/>`)),
    inject: (fault, on) => Promise.resolve(void faults.set(on, fault)),
    clear: () => Promise.resolve(faults.clear()),
    close: () => new Promise((resolve) => void (server.close(() => resolve()), server.closeAllConnections())),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString('utf8');
    const url = new URL(request.url ?? '', 'http://bank');
    headers.push(request.headers);
    const kind = request.method === 'POST' ? 'sends' : 'reads';
    const fault = faults.get(kind);
    faults.delete(kind);
    if (fault === 'throttles') return json(response, 429, {}, { 'retry-after': '7' });
    if (fault === 'fails-before') return json(response, 503, {});
    if (fault === 'slow') return;
    const isFile = request.method === 'POST' && url.pathname === '/ebank/files';
    const [status, result] = isFile ? take(String(request.headers['x-message-id']), body) : read(url);
    if (fault === 'loses-answer') return void response.destroy();
    json(response, status, result);
  }

  function take(messageId: string, text: string): [number, object] {
    if (files.some((file) => file.messageId === messageId)) return [409, { error: { code: 'DUPL', text: 'the message id is known' } }];
    const reference = `F${files.length + 1}`;
    files.push({ messageId, reference, text });
    return [202, { reference }];
  }

  function read(url: URL): [number, object] {
    if (url.pathname === '/ebank/files') return [200, { items: files.filter(({ messageId }) => messageId === url.searchParams.get('messageId')).map(({ messageId, reference }) => ({ messageId, reference })) }];
    if (url.pathname !== '/ebank/messages') return [404, {}];
    const after = Number(url.searchParams.get('after') ?? 0);
    // Pages of two, so that a reader has to go on.
    const items = messages.slice(after, after + 2);
    return [200, { items, next: String(after + items.length) }];
  }
}

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
