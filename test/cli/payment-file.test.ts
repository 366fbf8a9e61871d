import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { hasPublicData, publicData } from '../documents/invoice/public-files.ts';

const kontor = fileURLToPath(new URL('../../bin/kontor.mjs', import.meta.url));
const example = (name: string) => fileURLToPath(new URL(`../../docs/examples/payments/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kontor-payments-'));
afterAll(() => rmSync(folder, { recursive: true }));

function paymentFile(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [kontor, 'payment-file', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('kontor payment-file', () => {
  it('prints pain.001, and the same bytes again', () => {
    const first = paymentFile(example('run.json'), ...(hasPublicData ? ['--schemas', `${publicData}/bank/xsd`] : []));
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toContain('xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"');
    expect(first.stdout).toContain('<CtrlSum>3722.32</CtrlSum>');
    expect(paymentFile(example('run.json'), '--format', 'pain.001.001.09').stdout).toBe(first.stdout);
  });

  it('tells the documents of a transfer each by itself, or in one line for a bank that takes no more', () => {
    expect(paymentFile(example('run.json')).stdout.match(/<Strd>/g)).toHaveLength(3);
    const { stdout } = paymentFile(example('run.json'), '--basic-remittance');
    expect(stdout).toContain('<Ustrd>RF18539007547034 FV/10/2026 -FK/2/2026</Ustrd>');
    expect(stdout).not.toContain('<Strd>');
  });

  it('prints an ACH file for ACH batches', () => {
    const { status, stdout } = paymentFile(example('ach-run.json'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^101 021000021/);
    expect(stdout.trimEnd().split('\n')).toHaveLength(10);
  });

  it('explains every fault at once, in JSON, and prints nothing', () => {
    const order = readFileSync(example('run.json'), 'utf8').replace('DE75', 'DE76').replace('RF18', 'RF19').replace('"minor": "254232" },\n          "creditor"', '"minor": "-1" },\n          "creditor"');
    const path = join(folder, 'bad.json');
    writeFileSync(path, order);
    const { status, stdout, stderr } = paymentFile(path);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    const refusal = JSON.parse(stderr) as { problems: { code: string; remedy: string; place: { path: string } }[] };
    expect(refusal).toMatchObject({ file: path, ok: false });
    expect(refusal.problems.map(({ code, place }) => [code, place.path])).toEqual([
      ['payment-file-invalid', 'batches[0].transfers[0].amount'],
      ['iban-invalid', 'batches[0].transfers[0].creditorAccount.iban'],
      ['payment-file-invalid', 'batches[0].transfers[1].creditorReference'],
    ]);
    expect(refusal.problems.every(({ remedy }) => remedy.length > 10)).toBe(true);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, 500), { code: 'payment-order-malformed', place: { line: expect.any(Number) as number } }],
    ['an unknown field', (text: string) => text.replace('"runId"', '"run"'), { code: 'payment-order-malformed', place: { path: 'runId' } }],
    ['an id that is too long', (text: string) => text.replace('KONTOR-DE01-20261124-1"', `${'K'.repeat(36)}"`), { code: 'payment-order-malformed', place: { path: 'messageId' } }],
    ['no transfer', (text: string) => text.replace(/"transfers": \[[\s\S]*\]\n {4}\}/, '"transfers": []}'), { code: 'payment-order-malformed', place: { path: 'batches[0].transfers' } }],
  ])('an order that is %s', (_, change, problem) => {
    const path = join(folder, 'changed.json');
    writeFileSync(path, change(readFileSync(example('run.json'), 'utf8')));
    const { status, stderr } = paymentFile(path);
    expect(status).toBe(1);
    expect((JSON.parse(stderr) as { problems: object[] }).problems).toContainEqual(expect.objectContaining({ ...problem, place: expect.objectContaining(problem.place) as object }));
  });

  it('a folder without the schema is a refusal, not a check that is left out', () => {
    const { status, stderr } = paymentFile(example('run.json'), '--schemas', folder);
    expect(status).toBe(1);
    expect(stderr).toContain('has no pain.001.001.09.xsd');
  });

  it('explains itself', () => {
    expect(paymentFile('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--schemas') as string });
    expect(paymentFile()).toMatchObject({ status: 2, stdout: '' });
    expect(paymentFile(example('run.json'), '--format', 'pain.008')).toMatchObject({ status: 2, stderr: expect.stringContaining('pain.008 is none of') as string });
    expect(paymentFile('/nowhere')).toMatchObject({ status: 1, stderr: expect.stringContaining('document-unreadable') as string });
  });
});
