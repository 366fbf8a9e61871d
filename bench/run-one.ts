import { pathToFileURL } from 'node:url';
import { leaveDisposableStates } from '../bin/services/disposable.ts';
import { untilStopSignal } from '../bin/services/signals.ts';
import type { Benchmark, Measured, Result } from './benchmark.ts';

/** Entry of the process that runs one benchmark: a heap and a compiler that no other benchmark has touched. */
const [file, ...args] = process.argv.slice(2);
const orphaned = new Promise<void>((resolve) => process.once('disconnect', () => resolve()));
let stopping = false;
void Promise.race([untilStopSignal(), orphaned]).then(async () => {
  stopping = true;
  await leaveDisposableStates();
  process.exit(1);
});
const benchmark = (await import(pathToFileURL(file ?? '').href)) as Benchmark;
const measured: Measured = { summary: benchmark.summary, result: await benchmark.run(args).catch(unlessStopping) };
process.send?.(measured, () => process.exit(0));

/** Its programs end beneath a benchmark that is told to stop: what it then says is no news, and must not end us before they are gone. */
function unlessStopping(error: unknown): Promise<Result> {
  return stopping ? new Promise(() => undefined) : Promise.reject(error as Error);
}
