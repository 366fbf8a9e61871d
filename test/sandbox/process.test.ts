import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { networkInterfaces } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ErpDocument } from '../../sandbox/erp/documents.ts';
import { startSandboxProcess, type SandboxOptions, type SandboxProcess } from './process.ts';

describe('the sandbox as a process', () => {
  const started: SandboxProcess[] = [];
  let shared: SandboxProcess;
  beforeAll(async () => {
    shared = await startSandboxProcess();
  });
  afterAll(async () => {
    await shared.stop();
    shared.remove();
  });
  afterEach(async () => {
    await shared.clearFaults();
    for (const sandbox of started.splice(0).reverse()) {
      await sandbox.stop();
      sandbox.remove();
    }
  });

  it('starts with the shipped companies, whose ledger balances', async () => {
        const companies = await shared.get<{ items: { companyCode: string }[] }>('/erp/companies');
    expect(companies.items.map(({ companyCode }) => companyCode)).toEqual(['DE01', 'US01']);
    const { documents, balances } = await shared.ledger();
    expect(documents.length).toBeGreaterThan(20);
    for (const company of ['DE01', 'US01']) expect(balances.filter((balance) => balance.companyCode === company).reduce((sum, { companyAmount }) => sum + BigInt(companyAmount.replace('.', '')), 0n)).toBe(0n);
  });

  it('keeps every answered document through kill -9, and drops a torn last line', async () => {
    const first = await start();
    const answered = new Set<string>();
    const posting = Array.from({ length: 4 }, (_, lane) => postUntilItDies(first, lane, answered));
    await sleep(400);
    await first.stop('SIGKILL');
    await Promise.all(posting);
    expect(answered.size).toBeGreaterThan(5);
    appendFileSync(first.file, '{"seq":99999,"at":"20');

    const second = await start({ file: first.file });
    expect(second.stderr()).toMatch(/dropped a torn last line of 21 bytes/);
    const { documents } = await second.ledger({ entity: 'DE01' });
    const kept = new Set(documents.map((document) => document.documentNo));
    expect([...answered].filter((number) => !kept.has(number))).toEqual([]);
    const next = await second.post<ErpDocument>('/erp/DE01/supplier-invoices', invoice('after-restart'));
    expect(kept.has(next.documentNo)).toBe(false);
    expect(await second.stop('SIGTERM')).toBe(0);
  });

  it('is not reachable from outside the machine', async () => {
        const outside = Object.values(networkInterfaces()).flat().find((address) => address && !address.internal && address.family === 'IPv4');
    const host = outside?.address ?? '127.0.0.2';
    await expect(fetch(`${shared.url.replace('127.0.0.1', host)}/_sandbox/health`)).rejects.toThrow();
  });

  it('tells its own truth by entity and by reference, two documents for a reference posted twice', async () => {
        for (let n = 0; n < 2; n++) await shared.post('/erp/DE01/supplier-invoices', { ...invoice('ref-1'), traceRef: 'trace-1' });
    const { documents } = await shared.ledger({ externalReference: 'ref-1' });
    expect(documents.map(({ externalRef, traceRef }) => [externalRef, traceRef])).toEqual([['ref-1', 'trace-1'], ['ref-1', 'trace-1']]);
    expect((await shared.ledger({ entity: 'US01', externalReference: 'ref-1' })).documents).toEqual([]);
  });

  it.each([
    ['fail-before-commit', 503, 0],
    ['fail-after-commit', 503, 1],
    ['throttle', 429, 0],
    ['refuse', 422, 0],
    ['delay', 201, 1],
  ])('%s answers %i and leaves %i documents', async (kind, status, documents) => {
        await shared.post('/_sandbox/faults', { kind, route: 'erp.invoices.post', times: 1, retryAfterSeconds: 3 });
    const answer = await send(shared, invoice(kind));
    expect(answer.status).toBe(status);
    if (status === 429) expect(answer.headers.get('retry-after')).toBe('3');
    expect((await shared.ledger({ externalReference: kind })).documents).toHaveLength(documents);
    expect(await shared.faults()).toMatchObject([{ matched: 1, injected: 1 }]);
    expect((await send(shared, invoice('next'))).status).toBe(201);
  });

  it('commits late only after the client has gone and has enquired, and never after the processing limit', async () => {
    const sandbox = await start({ processingLimitMs: 3_000 });
    await sandbox.post('/_sandbox/faults', { kind: 'commit-late', route: 'erp.invoices.post', times: 2, delayMs: 100 });
    await expect(send(sandbox, invoice('late'), 200)).rejects.toThrow();
    await sleep(300);
    const enquire = async (reference: string) => (await sandbox.get<{ items: unknown[] }>(`/erp/DE01/supplier-invoices?externalRef=${reference}`)).items.length;
    expect(await enquire('late')).toBe(0);
    await sleep(300);
    expect(await enquire('late')).toBe(1);

    await expect(send(sandbox, invoice('unasked'), 200)).rejects.toThrow();
    await sleep(3_000);
    expect(await enquire('unasked')).toBe(1);
    expect((await sandbox.requests('late')).map(({ route, outcome }) => [route, outcome])).toEqual([
      ['erp.invoices.post', 'commit-late'],
      ['erp.invoices.find', 'answered'],
      ['erp.invoices.find', 'answered'],
    ]);
  });

  it('does not carry out what was delayed beyond its processing limit', async () => {
    const sandbox = await start({ processingLimitMs: 200 });
    await sandbox.post('/_sandbox/faults', { kind: 'delay', route: 'erp.invoices.post', times: 1, delayMs: 400 });
    expect((await send(sandbox, invoice('too-late'))).status).toBe(503);
    expect((await sandbox.ledger({ externalReference: 'too-late' })).documents).toEqual([]);
  });

  it.each([
    ['no JSON', '{', 400],
    ['a field that it does not know', JSON.stringify({ ...invoice('x'), extra: 1 }), 400],
    ['a number where it writes decimals as text', JSON.stringify({ ...invoice('x'), grossValue: 10.5 }), 400],
    ['an unknown vendor', JSON.stringify({ ...invoice('x'), vendorNo: '0' }), 422],
  ])('refuses %s', async (_, body, status) => {
        const answer = await fetch(`${shared.url}/erp/DE01/supplier-invoices`, { method: 'POST', body });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code: expect.any(String) as string, text: expect.any(String) as string } });
  });

  async function start(options?: SandboxOptions): Promise<SandboxProcess> {
    const sandbox = await startSandboxProcess(options);
    started.push(sandbox);
    return sandbox;
  }
});

async function postUntilItDies(sandbox: SandboxProcess, lane: number, answered: Set<string>): Promise<void> {
  for (let n = 0; ; n++) {
    const answer = await sandbox.post<ErpDocument>('/erp/DE01/supplier-invoices', invoice(`lane-${lane}-${n}`)).catch(() => undefined);
    if (!answer) return;
    answered.add(answer.documentNo);
  }
}

function send(sandbox: SandboxProcess, body: object, timeoutMs = 5_000): Promise<Response> {
  return fetch(`${sandbox.url}/erp/DE01/supplier-invoices`, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(timeoutMs) });
}

function invoice(externalRef: string): object {
  return {
    docType: 'INV',
    externalRef,
    vendorNo: '100006',
    vendorInvoiceNo: externalRef,
    documentDate: '2026-11-01',
    postingDate: '2026-11-02',
    netDueDate: '2026-11-15',
    currencyCode: 'EUR',
    items: [{ itemType: 'GL', glAccount: '605000', costCenter: 'CC-6500', netValue: '100.00' }],
    taxes: [{ taxCode: 'S', rate: '19', baseValue: '100.00', taxValue: '19.00' }],
    grossValue: '119.00',
    payableValue: '119.00',
  };
}
