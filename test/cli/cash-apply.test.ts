import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const kontor = fileURLToPath(new URL('../../bin/kontor.mjs', import.meta.url));
const invoiceHeader = 'invoice_id,Company Code,Assignment Number,Billing Number,Customer ID,Customer Name,Currency Code,Amount,Document Date,Due Date';
const paymentHeader = 'payment_id,Business Partner,Account Number,Memo Line,Amount,Currency,Posting Date';
const invoices = `${invoiceHeader}
1,1000,INV-881,4711908256,C1,Müller & Söhne,EUR,31270.609999999997,20260101,20260131
2,1000,INV-882,9031557284,C1,Müller & Söhne,JPY,555.55,2026-01-01,2026-01-31
`;
const payments = `${paymentHeader}
a,Müller & Söhne,DE1,"ref 4711908256, thanks",31270.61,EUR,20260120
b,Müller & Söhne,DE1,thanks,12.34,EUR,20260120
`;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kontor-cash-apply-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function cashApply(invoiceFile: string | Uint8Array, paymentFile: string | Uint8Array, ...more: string[]) {
  const run = spawnSync(process.execPath, [kontor, 'cash-apply', '--invoices', write('invoices.csv', invoiceFile), '--payments', write('payments.csv', paymentFile), ...more], { encoding: 'utf8' });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

describe('kontor cash-apply', () => {
  it('prints one JSON line a payment and a summary on stderr', () => {
    const { code, out, err } = cashApply(invoices, payments);
    const lines = out.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ payment, decision, invoices: ids, arrival }) => ({ payment, decision, ids, arrival }))).toEqual([
      { payment: 'a', decision: 'auto', ids: ['1'], arrival: true },
      { payment: 'b', decision: 'open', ids: [], arrival: false },
    ]);
    expect(lines[0]!.score).toBeGreaterThan(3);
    expect(lines[0]!.reasons).toContainEqual(expect.stringContaining('4711908256'));
    expect(err).toMatch(/2 payments, online; applied 1 /);
    expect(code).toBe(0);
  });

  it('explains one payment in words', () => {
    const { out } = cashApply(invoices, payments, '--explain', 'a');
    for (const words of ['Payment a: 31270.61 EUR from Müller & Söhne', 'Decision: applied on the day it was booked', 'billing number 4711908256', 'the sum of', 'No other use of the money']) expect(out).toContain(words);
  });

  it('reads UTF-16, a byte order mark, semicolons and CRLF', () => {
    const semicolons = payments.replace('"ref 4711908256, thanks"', 'ref 4711908256').replaceAll(',', ';').replaceAll('\n', '\r\n');
    const { code, out } = cashApply(Buffer.from(`\uFEFF${invoices}`, 'utf16le'), `\uFEFF${semicolons}`, '--mode', 'batch');
    expect(code).toBe(0);
    expect(out).toContain('"payment":"a","decision":"auto"');
  });

  it('counts closed numbers as evidence against', () => {
    const closed = write('closed.csv', 'Billing Number,Customer ID\n5550001112,C1\n');
    const { out } = cashApply(invoices, payments.replace('4711908256', '5550001112'), '--closed', closed);
    expect(out).toContain('5550001112, which is closed or belongs to somebody else');
    expect(out).not.toContain('"auto"');
  });

  const bad = (row: string) => `${paymentHeader}\n${row}\n`;
  it.each([
    ['an amount that is no decimal', invoices, bad('a,X,DE1,memo,12x,EUR,20260120'), 'line 2, column 14', 'cash-amount-malformed'],
    ['a decimal comma', invoices, bad('a,X,DE1,memo,"1.234,50",EUR,20260120'), 'line 2, column 14', 'cash-amount-malformed'],
    ['too many decimals', invoices, bad('a,X,DE1,memo,12.345,EUR,20260120'), 'line 2, column 14', 'cash-amount-malformed'],
    ['a payment of nothing', invoices, bad('a,X,DE1,memo,0,EUR,20260120'), 'line 2, column 14', 'cash-amount-sign'],
    ['an unknown currency', invoices, bad('a,X,DE1,memo,1,ZZZ,20260120'), 'line 2, column 16', 'cash-currency-unknown'],
    ['a day that does not exist', invoices, bad('a,X,DE1,memo,1,EUR,20260230'), 'line 2, column 20', 'cash-date-malformed'],
    ['an id twice', invoices, bad('a,X,DE1,memo,1,EUR,20260120\na,X,DE1,memo,1,EUR,20260120'), 'line 3, column 1', 'cash-id-duplicate'],
    ['a missing column', invoices, paymentHeader.replace(',Currency', '') + '\n', 'line 1, column 1', 'cash-column-missing'],
    ['too few fields', invoices, bad('a,X,DE1'), 'line 2', 'cash-file-malformed'],
    ['quotes that are never closed', invoices, bad('a,X,"DE1,memo,1,EUR,20260120'), 'line 2, column 5', 'cash-file-malformed'],
    ['an empty id', invoices, bad(',X,DE1,memo,1,EUR,20260120'), 'line 2, column 1', 'cash-field-missing'],
    ['an empty file', invoices, '', 'line 1, column 1', 'cash-file-malformed'],
    ['two encodings in one file', Buffer.concat([Buffer.from(invoices), Buffer.from('3,1000,,4711908299,C2,M\xFCller,EUR,1.00,20260101,20260131\n', 'latin1')]), payments, 'line 4, column 24', 'cash-file-encoding'],
  ])('refuses %s with its place, and prints nothing', (_, invoiceFile, paymentFile, place, code) => {
    const run = cashApply(invoiceFile, paymentFile);
    expect(run.err).toContain(place);
    expect(run.err).toContain(code);
    expect(run.out).toBe('');
    expect(run.code).toBe(2);
  });

  it.each([[['--help'], 0], [[], 2], [['--nonsense'], 2]])('%j ends with %d and the usage', (args, code) => {
    const run = spawnSync(process.execPath, [kontor, 'cash-apply', ...args], { encoding: 'utf8' });
    expect(run.stdout + run.stderr).toContain('Usage: kontor cash-apply');
    expect(run.status).toBe(code);
  });
});
