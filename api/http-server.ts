import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemDocument } from './middleware/problem.ts';

/** How long a connection may take for what; in milliseconds. */
export interface Patience {
  /** From the first byte of a request to the end of its headers. */
  headersMs: number;
  /** To the end of its body: 20 MB over a slow line. */
  requestMs: number;
  /** Without a byte in either direction; live streams send a sign of life more often. */
  silenceMs: number;
  /** How often connections are looked at. */
  lookMs: number;
}

/** Bytes. Documents may have 20 MB; the margin is for multipart boundaries, and base64 in JSON is not accepted. */
export const largestBody = 21 * 1024 * 1024;

const patience: Patience = { headersMs: 10_000, requestMs: 60_000, silenceMs: 120_000, lookMs: 2_000 };

/** The HTTP server of the API: a client that sends its request drop by drop, or never reads the answer, holds nothing for long (S22). */
export function httpServer(app: RequestListener, { headersMs, requestMs, silenceMs, lookMs }: Patience = patience): Server {
  const server = createServer({ headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: lookMs }, app);
  server.timeout = silenceMs;
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => void answers.set(request.socket, response));
  server.on('checkContinue', (request, response) => announced(server, request, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, socket, answers.get(socket)));
  return server;
}

/** A caller that asks before it sends (`Expect: 100-continue`) is told at once that its body is too large. */
function announced(server: Server, request: IncomingMessage, response: ServerResponse): void {
  if (Number(request.headers['content-length'] ?? 0) <= largestBody) {
    response.writeContinue();
    server.emit('request', request, response);
    return;
  }
  const problem = problemDocument('request-too-large', 'The body is larger than this route accepts.', 'none');
  response.writeHead(problem.status, { 'Content-Type': 'application/problem+json', Connection: 'close' }).end(JSON.stringify(problem));
}

/** What is not a request to the end is answered once and closed, unless an answer is on its way already. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex, answer: ServerResponse | undefined): void {
  const underWay = answer?.headersSent === true && !answer.writableFinished;
  if (error.code === 'ECONNRESET' || !socket.writable || underWay) return void socket.destroy();
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const problem = late ? problemDocument('request-timeout', 'The request was not complete in time.', 'none') : problemDocument('request-invalid', 'This is not HTTP as it is understood here.', 'none');
  const { status, line } = late ? { status: 408, line: 'Request Timeout' } : error.code === 'HPE_HEADER_OVERFLOW' ? { status: 431, line: 'Request Header Fields Too Large' } : { status: 400, line: 'Bad Request' };
  const body = JSON.stringify({ ...problem, status });
  socket.end(`HTTP/1.1 ${status} ${line}\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
