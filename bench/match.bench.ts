import { parseArgs } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { InvoiceFacts } from '../domain/model/invoice-facts.ts';
import { matchDocument, matchStatus, reservationsToHold } from '../domain/rules/accounts-payable/match.ts';
import { facts, invoice, line, order, orderLine, receipt, reservation, supplier } from '../test/domain/accounts-payable/facts.ts';
import type { Result } from './benchmark.ts';
import { met } from './invoice/figures.ts';

export const summary = 'Three-way match: every line of a document against its order line, two receipts and what others hold of it';

/** Each size is one document; half of its lines say which order line they bill, the others only the seller's item. `--sizes 1000,10000 --rounds 3`. */
export function run(args: string[]): Promise<Result> {
  const { values } = parseArgs({ args, options: { sizes: { type: 'string', default: '1000,10000,100000,1000000' }, rounds: { type: 'string', default: '3' } } });
  const rounds = Number(values.rounds);
  const sizes = values.sizes.split(',').map(Number);
  const fitting = sizes.filter((lines) => lines * bytesOfLine < getHeapStatistics().heap_size_limit);
  const rows = fitting.map((lines) => measure(lines, rounds));
  const [limited, largest] = [rows.find(({ lines }) => lines === limitedLines), rows.at(-1)];
  const verdicts = limited === undefined || largest === undefined ? [] : [`${limitedLines} lines within ${limitedMs} ms: ${met(limited['median ms'] <= limitedMs)}. A line of ${largest.lines} costs ${Math.round((largest['microseconds a line'] / limited['microseconds a line']) * 100) / 100} times one of ${limitedLines}; linear would be 1.`];
  const left = sizes.filter((lines) => !fitting.includes(lines)).map((lines) => `${lines} lines were left out: a heap of ${Math.round(getHeapStatistics().heap_size_limit / 2 ** 20)} MB, half of the memory at hand, does not hold them.`);
  return Promise.resolve({ name: 'match', rows, notes: ['One document on one order. Paired, judged, the status of every line and what to reserve; each line is checked to be MATCHED. The time of making the world is not in it.', ...verdicts, ...left] });
}

const limitedLines = 10_000;
const limitedMs = 1_000;
/** With its order, its receipts and what others hold of it; measured with a million of them, and half as much again for the collector to work in. */
const bytesOfLine = 6_000;

function measure(lines: number, rounds: number) {
  const world = worldOf(lines);
  const times: number[] = [];
  const cpuBefore = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const matched = match(world);
    times.push(performance.now() - began);
    if (matched !== lines) throw new Error(`${matched} of ${lines} lines were matched`);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  return { lines, rounds, 'median ms': Math.round(median), 'max ms': Math.round(times.at(-1) ?? 0), 'CPU ms': Math.round((user + system) / 1_000 / rounds), 'microseconds a line': Math.round((median * 10_000) / lines) / 10 };
}

/** As an assessment does it; answers how many lines are MATCHED and reserved in full. */
function match(world: InvoiceFacts): number {
  const document = matchDocument(world, supplier(), limits);
  const { lines } = matchStatus(document, []);
  const held = reservationsToHold(document, lines, [], true);
  return Math.min(lines.filter(({ status }) => status === 'MATCHED').length, held.length);
}

const limits = { currency: 'EUR', rate: undefined };

function worldOf(count: number): InvoiceFacts {
  const ids = Array.from({ length: count }, (_, index) => String((index + 1) * 10));
  const orderLines = ids.map((id) => orderLine({ id, quantity: '100', sellerItemId: `ITEM-${id}` }));
  const billed = ids.map((id, index) => line('50', '10', { id, orderNumber: 'PO1', orderLine: index % 2 === 0 ? `000${id}` : undefined, item: { name: 'Screw M8', sellerId: `item-${id}`, classifications: [], attributes: [] } }));
  const receipts = ids.flatMap((id) => [receipt('60', { orderLine: id }), receipt('40', { orderLine: id })]);
  const reservations = ids.map((id) => reservation('50', '500', { orderLine: id }));
  return facts({ invoice: invoice(billed), orders: [order(orderLines)], receipts, reservations });
}
