import { createReadStream } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { readStatement } from '../../documents/statements/read-statement.ts';

/** Entry of the process that reads one file: memory that nothing else has touched. Prints what it took. */
const [path = ''] = process.argv.slice(2);
const [start, cpu] = [performance.now(), process.cpuUsage()];
const result = await readStatement(createReadStream(path, { highWaterMark: 64 * 1024 }));
if (!result.ok) throw new Error(result.problem.message);
const findings = result.statements.flatMap((statement) => statement.findings.filter(({ code }) => code === 'unbalanced'));
if (findings[0]) throw new Error(findings[0].message);
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({
  entries: result.statements.reduce((sum, { entries }) => sum + entries.length, 0),
  seconds: (performance.now() - start) / 1000,
  cpuSeconds: (used.user + used.system) / 1e6,
  peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
}));
