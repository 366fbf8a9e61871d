import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './measure.ts';
import { Random } from './random.ts';

const kontor = fileURLToPath(new URL('../../bin/kontor.mjs', import.meta.url));
const rules = `name: bench
left: { id: entry, date: date, amount: amount, currency: { column: currency }, keys: { reference: { column: reference, ignore: [case, punctuation] } } }
right: { id: line, date: booked, amount: value, currency: { column: ccy }, keys: { reference: { column: remittance, ignore: [case, punctuation] } } }
passes:
  - { name: reference and amount, kind: one-to-one, keys: [reference], tolerance: { days: 5 } }
  - { name: reference in sum, kind: many-to-many, keys: [reference], tolerance: { days: 5 } }
  - { name: amount and day, kind: one-to-one, tolerance: { days: 2 } }
`;

export async function measureTrialBalance(lines: number): Promise<Record<string, string | number>[]> {
  return inFolder(async (folder) => {
    const [journal, accounts] = [join(folder, 'journal.csv'), join(folder, 'accounts.csv')];
    await writeJournal(journal, accounts, lines);
    const cost = await runCommand([kontor, 'ledger', 'trial-balance', journal, '--accounts', accounts, '--period', '2026', '--format', 'csv']);
    if (cost.stdout.split('\n').length < 50) throw new Error('the trial balance is not complete');
    return costRows(`trial balance of ${lines.toLocaleString('en')} lines (${Math.round(statSync(journal).size / 1e6)} MB)`, cost, 60, 500);
  });
}

export async function measureReconciliation(lines: number): Promise<Record<string, string | number>[]> {
  return inFolder(async (folder) => {
    const [left, right, rulesFile] = [join(folder, 'left.csv'), join(folder, 'right.csv'), join(folder, 'rules.yaml')];
    await writeSides(left, right, lines);
    writeFileSync(rulesFile, rules);
    const cost = await runCommand([kontor, 'reconcile', left, right, '--rules', rulesFile]);
    const total = JSON.parse(cost.stdout.trim().split('\n').at(-1)!) as { matchedLeft: number; unexplained: { minor: string } };
    if (total.unexplained.minor !== '0') throw new Error('the reconciliation does not add up');
    return [...costRows(`${lines.toLocaleString('en')} lines against as many`, cost, 60, 1_500), { measure: 'of these matched', value: (100 * total.matchedLeft) / lines, unit: '%', limit: '' }];
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function costRows(what: string, cost: Awaited<ReturnType<typeof runCommand>>, seconds: number, megabytes: number): Record<string, string | number>[] {
  return [
    { measure: what, value: cost.seconds, unit: 's', limit: String(seconds) },
    { measure: `${what}: processor time`, value: cost.cpuSeconds, unit: 's', limit: '' },
    { measure: `${what}: peak memory`, value: cost.peakMegabytes, unit: 'MB', limit: String(megabytes) },
  ];
}

async function writeJournal(file: string, accountsFile: string, lines: number): Promise<void> {
  const random = new Random(7);
  const accounts = Array.from({ length: 400 }, (_, index) => String(1_000 + index));
  writeFileSync(accountsFile, `code,name,type\n${accounts.map((code, index) => `${code},Account ${code},${['asset', 'liability', 'income', 'expense'][index % 4]}`).join('\n')}\n`);
  await writeBlocks(file, 'journal,entity,date,account,currency,amount,reference,text,source,preparer\n', lines / 2, (index) => {
    const amount = `${random.between(1, 99_999)}.${String(random.below(100)).padStart(2, '0')}`;
    const head = `J${index},E${index % 8},2026-${String(1 + (index % 12)).padStart(2, '0')}-${String(1 + random.below(28)).padStart(2, '0')}`;
    const tail = `R${index},entry ${index},automated,batch`;
    return `${head},${random.pick(accounts)},EUR,${amount},${tail}\n${head},${random.pick(accounts)},EUR,-${amount},${tail}\n`;
  });
}

/** Nineteen of twenty have a partner by reference, some in two parts, some by amount only; the others have none. */
async function writeSides(left: string, right: string, lines: number): Promise<void> {
  const random = new Random(11);
  const rightRows: string[] = [];
  await writeBlocks(left, 'entry,date,currency,amount,reference\n', lines, (index) => {
    const [whole, cents, day] = [random.between(1, 50_000), String(random.below(100)).padStart(2, '0'), random.between(1, 26)];
    const booked = `2026-10-${String(day + random.below(3)).padStart(2, '0')}`;
    const fate = random.below(100);
    const reference = `INV-${String(index).padStart(8, '0')}`;
    if (fate < 5) rightRows.push(`B${index},${booked},EUR,${whole + 1}.${cents},X${index}`);
    else rightRows.push(`B${index},${booked},EUR,${whole}.${cents},${fate < 10 ? `no reference ${index}` : reference.replace('-', ' ').toLowerCase()}`);
    return `${index + 1},2026-10-${String(day).padStart(2, '0')},EUR,${whole}.${cents},${reference}\n`;
  });
  const shuffled = random.shuffle(rightRows);
  await writeBlocks(right, 'line,booked,ccy,value,remittance\n', shuffled.length, (index) => `${shuffled[index]}\n`);
}

async function writeBlocks(file: string, header: string, count: number, rowOf: (index: number) => string): Promise<void> {
  const out = createWriteStream(file);
  let block = header;
  for (let index = 0; index < count; index++) {
    block += rowOf(index);
    if (block.length < 1 << 20) continue;
    if (!out.write(block)) await once(out, 'drain');
    block = '';
  }
  out.end(block);
  await once(out, 'finish');
}
