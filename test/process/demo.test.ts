import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeState } from '../../bin/services/postgres.ts';
import { samples } from '../../bin/demo/samples.ts';
import { readSettings, toolEnvironment } from '../../temporal-config/settings.ts';
import { describeWithServices, freePort } from '../support/services.ts';

const settings = readSettings();

describeWithServices('kontor start --once, on a state folder of its own', () => {
  let env: Record<string, string>;
  let stateDir: string;
  let sandboxUrl: string;

  beforeAll(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'kontor-demo-'));
    chmodSync(stateDir, 0o755); // the database's own user must reach it
    const names = ['KONTOR_API_PORT', 'KONTOR_SANDBOX_PORT', 'KONTOR_POSTGRES_PORT', 'KONTOR_TEMPORAL_PORT', 'KONTOR_TEMPORAL_WEB_PORT', 'KONTOR_TEMPORAL_METRICS_PORT', 'KONTOR_WORKER_METRICS_PORT'];
    const ports: Record<string, string> = {};
    for (const name of names) ports[name] = String(await freePort());
    sandboxUrl = `http://127.0.0.1:${ports['KONTOR_SANDBOX_PORT']}`;
    env = toolEnvironment({ ...ports, KONTOR_STATE: stateDir, DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined, KONTOR_SANDBOX_URL: undefined, NODE_ENV: undefined });
  });
  afterAll(() => removeState(stateDir));

  const start = (...args: string[]) => spawn(process.execPath, ['bin/kontor.mjs', 'start', ...args], { cwd: settings.home, env, stdio: ['ignore', 'pipe', 'pipe'] });

  async function ended(child: ReturnType<typeof start>): Promise<{ code: number | null; printed: string }> {
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, printed })));
  }

  it('sends, decides and agrees; nothing is left running', async () => {
    const { code, printed } = await ended(start('--once'));
    expect(printed).toContain('Everything agrees with what was expected.');
    for (const { name } of samples) expect(printed).toContain(`ok  ${name} `);
    expect(code).toBe(0);
    await expect(fetch(`${sandboxUrl}/_sandbox/health`)).rejects.toThrow();
  });

  it('a second run on the same data agrees beside a running installation; a double post planted in the ledger ends it with 1', async () => {
    const first = start('--no-samples');
    const firstEnded = ended(first);
    try {
      await expect.poll(() => existsSync(join(stateDir, 'addresses.json')), { timeout: 90_000, interval: 200 }).toBe(true);
      const again = await ended(start('--once'));
      expect(again, again.printed).toMatchObject({ code: 0 });

      await postAgain(sandboxUrl);
      const planted = await ended(start('--once'));
      expect(planted.printed).toMatch(/NO {2}whole ledger .* INV posted 2 times/);
      expect(planted.code).toBe(1);
    } finally {
      first.kill('SIGINT');
      expect((await firstEnded).code).toBe(0);
    }
  });
});

/** The same invoice once more, straight into the counterpart's books. */
async function postAgain(sandboxUrl: string): Promise<void> {
  const { erp } = await (await fetch(`${sandboxUrl}/_sandbox/ledger?service=erp&entity=DE01`)).json() as { erp: { documents: Record<string, unknown>[] } };
  const posted = erp.documents.find(({ docType, status }) => docType === 'INV' && status === 'POSTED')!;
  const fields = ['docType', 'externalRef', 'traceRef', 'vendorNo', 'vendorInvoiceNo', 'documentDate', 'postingDate', 'netDueDate', 'currencyCode', 'items', 'taxes', 'grossValue', 'payableValue', 'payBlock', 'payToBank'];
  const body = Object.fromEntries(fields.map((field) => [field, posted[field]]));
  const answer = await fetch(`${sandboxUrl}/erp/DE01/supplier-invoices`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  expect(answer.status).toBe(201);
}
