import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';

export interface Request {
  /** Values of the `:name` parts of the path. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** What the JSON says; the text itself where the route takes text. */
  body: unknown;
}

export interface Answer {
  status: number;
  body: unknown;
}

/**
 * One operation of a counterpart. `handle` is synchronous: it decides, commits to the file and answers in one step, so that a
 * fault before it has done nothing and a fault after it has done everything.
 */
export interface Route {
  /** `erp.invoices.post`: how faults and the request log name it. */
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/erp/:company/vendors` */
  path: string;
  /** What a body is: JSON where nothing is said. */
  takes?: 'text';
  handle(request: Request): Answer;
  /** The reference that an effect carries or a read asks for: lets `commit-late` see the enquiry. */
  reference?(request: Request): string | undefined;
}

/** Answers with the vendor's error form; anything but `Refusal` is a defect of the sandbox and becomes a 500. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  answer(): Answer {
    return { status: this.status, body: { error: { code: this.code, text: this.message } } };
  }
}

/** Reads a body of the vendor's form; what does not fit is refused with the path of the field, never with its value. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Refusal(400, 'FORMAT', `field ${issue?.path.join('.') || '(body)'}: ${issue?.message ?? 'unexpected form'}`);
}

/** Carries a request out on its route; the place where faults are injected (see `execute.ts`). */
export type Execute = (route: Route, request: Request, exchange: Exchange) => Promise<void>;

/** The connection as seen by `Execute`. */
export interface Exchange {
  receivedAt: number;
  answer(answer: Answer, headers?: Record<string, string>): void;
  /** Closes the connection without a word. */
  drop(): void;
  clientGone(): boolean;
  onClientGone(listener: () => void): void;
}

const maximumBody = 64 * 1024 * 1024;

/** Longer than clients keep a connection that is idle: the side that closes it must not be the one that a request is on its way to. */
const keepAliveTimeout = 65_000;

export function createSandboxServer(routes: Route[], execute: Execute): Server {
  const table = routes.map((route) => ({ route, parts: route.path.split('/') }));
  return createServer({ keepAliveTimeout }, (incoming, outgoing) => {
    void serve(incoming, outgoing).catch((error: unknown) => {
      process.stderr.write(`${JSON.stringify({ level: 'error', service: 'sandbox', message: String(error) })}\n`);
      if (!outgoing.headersSent) send(outgoing, { status: 500, body: { error: { code: 'INTERNAL', text: 'the sandbox failed' } } });
    });
  });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const receivedAt = Date.now();
    const url = new URL(incoming.url ?? '/', 'http://sandbox');
    const found = find(incoming.method ?? 'GET', url.pathname);
    if (!found) return send(outgoing, new Refusal(404, 'ROUTE', `there is nothing under ${incoming.method} ${url.pathname}`).answer());
    try {
      const request = { params: found.params, query: url.searchParams, headers: incoming.headers, body: await readBody(incoming, found.route.takes) };
      await execute(found.route, request, exchangeOf(incoming, outgoing, receivedAt));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(outgoing, error.answer());
    }
  }

  function find(method: string, pathname: string): { route: Route; params: Record<string, string> } | undefined {
    const given = pathname.split('/');
    for (const { route, parts } of table) {
      if (route.method !== method || parts.length !== given.length) continue;
      if (!parts.every((part, index) => part.startsWith(':') || part === given[index])) continue;
      const named = parts.flatMap((part, index) => (part.startsWith(':') ? [[part.slice(1), decodeURIComponent(given[index] ?? '')]] : []));
      return { route, params: Object.fromEntries(named) };
    }
    return undefined;
  }
}

/** Starts on 127.0.0.1 only; port 0 takes a free one. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

export async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function exchangeOf(incoming: IncomingMessage, outgoing: ServerResponse, receivedAt: number): Exchange {
  return {
    receivedAt,
    answer: (answer, headers) => send(outgoing, answer, headers),
    drop: () => void incoming.socket.destroy(),
    clientGone: () => outgoing.destroyed || incoming.socket.destroyed,
    onClientGone: (listener) => void outgoing.once('close', listener),
  };
}

async function readBody(incoming: IncomingMessage, takes: Route['takes']): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maximumBody) throw new Refusal(413, 'SIZE', `a body may have ${maximumBody} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (takes === 'text') return text;
  if (size === 0) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'FORMAT', 'the body is not JSON');
  }
}

function send(outgoing: ServerResponse, answer: Answer, headers: Record<string, string> = {}): void {
  if (outgoing.destroyed || outgoing.headersSent) return;
  outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...headers });
  outgoing.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
}
