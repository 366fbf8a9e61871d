import { pathToFileURL } from 'node:url';
import type { Benchmark, Measured } from './benchmark.ts';

/** Entry of the process that runs one benchmark: a heap and a compiler that no other benchmark has touched. */
const [file, ...args] = process.argv.slice(2);
const benchmark = (await import(pathToFileURL(file ?? '').href)) as Benchmark;
const measured: Measured = { summary: benchmark.summary, result: await benchmark.run(args) };
process.send?.(measured, () => process.exit(0));
