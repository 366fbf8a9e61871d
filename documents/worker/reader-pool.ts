import { Worker } from 'node:worker_threads';
import { problem, type Problem } from '../../domain/errors.ts';
import type { ReadReply, ReadRequest } from './protocol.ts';

export interface PoolSettings {
  /** Threads at most. */
  size: number;
  /** What one document may take; after that its thread is stopped. */
  timeLimitMs: number;
  /** JavaScript heap of a thread. */
  heapMb: number;
  /** The module that a thread runs. */
  entry: URL;
}

export type PoolAnswer = { ok: true; result: unknown } | { ok: false; problem: Problem };

interface Job {
  request: ReadRequest;
  answer: (answer: PoolAnswer) => void;
}

interface Thread {
  worker: Worker;
  ready: boolean;
  job: Job | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** A document above this size leaves its thread's memory grown; the thread is replaced after it. */
const largeDocument = 4 * 1024 * 1024;
const startLimitMs = 60_000;

/**
 * Threads that read documents one at a time each. A reader that crashes, runs out of memory or exceeds its time costs its thread
 * and nothing else: the caller gets a problem, the next document a fresh thread. Idle threads do not keep the process alive.
 */
export function createReaderPool(settings: PoolSettings) {
  const threads = new Set<Thread>();
  const waiting: Job[] = [];
  let closed = false;

  return { run, warmUp, close };

  function run(reader: string, bytes: Uint8Array, options: unknown): Promise<PoolAnswer> {
    if (closed) return Promise.resolve(crashed('the reader pool is closed'));
    return new Promise((answer) => {
      waiting.push({ request: { reader, bytes, options }, answer });
      next();
    });
  }

  /** Starts all threads ahead of the first document: loading one takes a second or two. */
  function warmUp(): void {
    while (!closed && threads.size < settings.size) start();
  }

  async function close(): Promise<void> {
    closed = true;
    for (const job of waiting.splice(0)) job.answer(crashed('the reader pool is closed'));
    await Promise.all([...threads].map((thread) => thread.worker.terminate()));
  }

  function next(): void {
    if (waiting.length === 0 || closed) return;
    const thread = [...threads].find((candidate) => !candidate.job) ?? (threads.size < settings.size ? start() : undefined);
    const job = thread && waiting.shift();
    if (!thread || !job) return;
    thread.job = job;
    thread.worker.ref();
    if (thread.ready) send(thread, job);
  }

  /** The time of a document counts from here: loading the thread is not its fault. */
  function send(thread: Thread, job: Job): void {
    clearTimeout(thread.timer);
    thread.timer = setTimeout(() => stop(thread, timedOut()), settings.timeLimitMs);
    thread.worker.postMessage(job.request);
  }

  function start(): Thread {
    const worker = new Worker(threadCode(settings.entry), { eval: true, execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: settings.heapMb } });
    const thread: Thread = { worker, ready: false, job: undefined, timer: undefined };
    thread.timer = setTimeout(() => stop(thread, crashed('its thread did not start')), startLimitMs).unref();
    worker.unref();
    worker.on('message', (reply: ReadReply) => {
      if ('ready' in reply) {
        clearTimeout(thread.timer);
        thread.ready = true;
        if (thread.job) send(thread, thread.job);
        return;
      }
      const large = (thread.job?.request.bytes.byteLength ?? 0) > largeDocument;
      const answer: PoolAnswer = 'result' in reply ? { ok: true, result: reply.result } : crashed(reply.crashed);
      if (large) stop(thread, answer);
      else finish(thread, answer);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => stop(thread, crashed(error.code ?? error.name)));
    worker.on('exit', () => stop(thread, crashed('the thread ended')));
    threads.add(thread);
    return thread;
  }

  function finish(thread: Thread, answer: PoolAnswer): void {
    clearTimeout(thread.timer);
    const { job } = thread;
    thread.job = undefined;
    thread.worker.unref();
    job?.answer(answer);
    next();
  }

  /** Ends a thread and answers its document; the next one gets a new thread. */
  function stop(thread: Thread, answer: PoolAnswer): void {
    if (threads.delete(thread)) void thread.worker.terminate();
    finish(thread, answer);
  }

  function timedOut(): PoolAnswer {
    return { ok: false, problem: problem('document-reader-timeout', `Reading was stopped after ${settings.timeLimitMs} ms.`, { path: '' }) };
  }
}

export type ReaderPool = ReturnType<typeof createReaderPool>;

function crashed(why: string): PoolAnswer {
  return { ok: false, problem: problem('document-reader-crashed', `The reader stopped on this document (${why.slice(0, 60)}).`, { path: '' }) };
}

/** A thread does not inherit the loader of its parent: running from source, it registers its own before it loads the entry. */
function threadCode(entry: URL): string {
  const load = `import(${JSON.stringify(entry.href)})`;
  if (!entry.pathname.endsWith('.ts')) return load;
  return `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => { register(); return ${load}; })`;
}
