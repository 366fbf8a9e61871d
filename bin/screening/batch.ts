import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { NameRow } from '../../documents/lists/names-csv.ts';
import type { ScreeningResult, ScreeningState } from '../../domain/model/screening.ts';
import type { ScreeningContext } from '../../domain/rules/screening/screen.ts';
import { contextOf, screenRow, type ScreeningTask } from './thread.ts';

/** Below this number of names a second thread costs more than it saves: it builds an index of its own. */
const worthAThread = 1000;
/** A thread that makes garbage slower collects it sooner, and stays small. */
const threadLimits = { maxYoungGenerationSizeMb: 24 };
/** Names that a thread is sent at a time. The first thread takes one at a time: the others wait for its answers. */
const chunk = 25;

interface Work {
  from: number;
  rows: NameRow[];
}
type Take = (count: number) => Work | undefined;
type Store = (from: number, results: ScreeningResult[]) => void;

/** Screens the rows in order, on several threads when there are many, and hands each result as a JSON line to `print`. */
export async function screenAll(task: ScreeningTask, rows: NameRow[], workers: number | undefined, print: (line: string, state: ScreeningState) => void): Promise<void> {
  const threads = Math.min(workers ?? (rows.length >= worthAThread ? availableParallelism() : 1), Math.ceil(rows.length / chunk) || 1);
  if (threads <= 1) {
    const context = contextOf(task);
    for (const row of rows) printResult(screenRow(context, row), print);
    return;
  }
  const results = new Array<ScreeningResult | undefined>(rows.length);
  let next = 0;
  let printed = 0;
  const take: Take = (count) => {
    if (next >= rows.length) return undefined;
    const from = next;
    next += count;
    return { from, rows: rows.slice(from, next) };
  };
  const store: Store = (from, some) => {
    some.forEach((result, at) => (results[from + at] = result));
    for (; results[printed]; printed++) {
      printResult(results[printed]!, print);
    }
  };
  const others = Array.from({ length: threads - 1 }, () => runWorker(task, take, store));
  await workHere(contextOf(task), take, store);
  await Promise.all(others);
}

function printResult(result: ScreeningResult, print: (line: string, state: ScreeningState) => void): void {
  print(JSON.stringify(result), result.state);
}

async function workHere(context: ScreeningContext, take: Take, store: Store): Promise<void> {
  for (let work = take(1); work; work = take(1)) {
    store(work.from, work.rows.map((row) => screenRow(context, row)));
    await new Promise((resume) => setImmediate(resume)); // lets the answers of the other threads in
  }
}

function runWorker(task: ScreeningTask, take: Take, store: Store): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: task, resourceLimits: threadLimits });
    let work: Work | undefined;
    const send = (): void => {
      work = take(chunk);
      if (work) worker.postMessage(work.rows);
      else void worker.terminate().then(() => resolve());
    };
    worker.on('message', (message: 'ready' | ScreeningResult[]) => {
      if (message !== 'ready' && work) store(work.from, message);
      send();
    });
    worker.on('error', reject);
  });
}
