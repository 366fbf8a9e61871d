// Reads one file with the peer of its format and prints what it took: node read.mjs camt.053|mt940|nacha FILE
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

const require = createRequire(import.meta.url);
const readers = {
  'camt.053': async () => {
    const { CashManagementEndOfDayReport } = await import('iso20022.js');
    return (text) => CashManagementEndOfDayReport.fromXML(text).statements.reduce((sum, { entries }) => sum + entries.length, 0);
  },
  mt940: async () => {
    const { Parser } = require('mt940js');
    return (text) => new Parser().parse(text).reduce((sum, { transactions }) => sum + transactions.length, 0);
  },
  nacha: async () => {
    const nacha = require('@midlandsbank/node-nacha');
    return (text) => nacha.from(text).data.batches.reduce((sum, { entries }) => sum + entries.length, 0);
  },
};

const [format, path] = process.argv.slice(2);
const read = await readers[format]();
const [start, cpu] = [performance.now(), process.cpuUsage()];
const entries = read(readFileSync(path, 'utf8'));
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({ entries, seconds: (performance.now() - start) / 1000, cpuSeconds: (used.user + used.system) / 1e6, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
