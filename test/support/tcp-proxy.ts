import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the line does to one request, beneath HTTP: the server behind it never knows. */
export type LineFault =
  | { kind: 'cut-answer' } // the request arrives, the answer does not
  | { kind: 'cut-request' } // the connection is lost before the request arrives
  | { kind: 'delay'; ms: number } // the request arrives late, whether or not the client still waits
  | { kind: 'hang'; ms: number } // the request arrives, the answer is held back
  | { kind: 'answer'; text: string } // somebody on the way answers instead
  | { kind: 'repeat' }; // the request arrives twice; the client sees the first answer

/** A request that went through, with the status that the server answered. */
export interface Passed {
  method: string;
  path: string;
  body: string;
  status: number | undefined;
}

export interface TcpProxy {
  url: string;
  /** Strikes the next request of a method, once. */
  strike(method: string, fault: LineFault): void;
  /** Strikes every request from now on for which it names a fault. */
  strikeEach(choose: (head: string) => LineFault | undefined): void;
  clear(): void;
  passed(): Passed[];
  close(): Promise<void>;
}

/** A proxy for servers that answer one request a connection (HTTP/1.0 does). It holds a request until it is whole. `target` may be known only when somebody connects. */
export async function startTcpProxy(target: string | (() => string)): Promise<TcpProxy> {
  const waiting = new Map<string, LineFault>();
  let chooseFor: Parameters<TcpProxy['strikeEach']>[0] = () => undefined;
  const passed: Passed[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    client.on('error', () => undefined);
    void serve(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    strike: (method, fault) => void waiting.set(method, fault),
    strikeEach: (choose) => void (chooseFor = choose),
    clear() {
      waiting.clear();
      chooseFor = () => undefined;
    },
    passed: () => passed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };

  async function serve(client: Socket): Promise<void> {
    const request = await wholeRequest(client);
    if (!request) return;
    const method = request.head.split(' ', 1)[0] ?? '';
    const fault = waiting.get(method) ?? chooseFor(request.head);
    waiting.delete(method);
    if (fault?.kind === 'cut-request') return void client.destroy();
    if (fault?.kind === 'answer') return void client.end(fault.text);
    if (fault?.kind === 'delay') await sleep(fault.ms);
    const answer = await forward(request);
    if (fault?.kind === 'repeat') await forward(request);
    if (fault?.kind === 'cut-answer') return void client.destroy();
    if (fault?.kind === 'hang') await sleep(fault.ms);
    client.end(answer);
  }

  async function forward(request: WholeRequest): Promise<Buffer> {
    const [method = '', path = ''] = request.head.split(' ');
    const entry: Passed = { method, path, body: request.body.toString('utf8'), status: undefined };
    passed.push(entry);
    const answer = await exchange(request.bytes);
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer.subarray(0, 20).toString('latin1'))?.[1];
    entry.status = status === undefined ? undefined : Number(status);
    return answer;
  }

  async function exchange(bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve) => {
      const { hostname, port } = new URL(typeof target === 'string' ? target : target());
      const upstream = connect({ host: hostname, port: Number(port) });
      const chunks: Buffer[] = [];
      open.add(upstream);
      upstream.on('data', (chunk: Buffer) => chunks.push(chunk));
      upstream.on('error', () => undefined);
      upstream.on('close', () => {
        open.delete(upstream);
        resolve(Buffer.concat(chunks));
      });
      upstream.write(bytes);
    });
  }
}

interface WholeRequest {
  head: string;
  body: Buffer;
  bytes: Buffer;
}

/** Reads a request with a known length; undefined where the client went away before it was whole. */
function wholeRequest(client: Socket): Promise<WholeRequest | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = bytes.subarray(0, end).toString('latin1');
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (bytes.length < end + 4 + length) return;
      // The server is to close the connection after its answer, so that the end of the answer is seen.
      const own = Buffer.from(`${head.replace(/^connection:.*$/gim, 'connection: close')}\r\n\r\n`, 'latin1');
      resolve({ head, body: bytes.subarray(end + 4, end + 4 + length), bytes: Buffer.concat([own, bytes.subarray(end + 4, end + 4 + length)]) });
    });
    client.on('close', () => resolve(undefined));
  });
}

/** A line between two parts, beneath any protocol: bytes as they come, until it is parted. */
export interface TcpLine {
  /** `host:port` of this end. */
  address: string;
  /** Nothing passes any more, in either direction, and nobody is told: calls hang as in a partitioned network. */
  part(): void;
  /** What was held back arrives late, and new bytes pass again. */
  heal(): void;
  /** Every connection is lost, whatever was under way; new ones can be made at once. */
  cut(): void;
  close(): Promise<void>;
}

/** `target` says `host:port` of the other end when somebody connects. */
export async function startTcpLine(target: () => string): Promise<TcpLine> {
  const open = new Set<Socket>();
  let parted = false;
  const server = createServer((client) => {
    const [host, port] = target().split(':');
    const upstream = connect({ host, port: Number(port) });
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      open.add(from);
      from.on('data', (chunk: Buffer) => void to.write(chunk));
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => open.delete(from));
      if (parted) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    part() {
      parted = true;
      for (const socket of open) socket.pause();
    },
    heal() {
      parted = false;
      for (const socket of open) socket.resume();
    },
    cut() {
      for (const socket of open) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
