import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startSandboxProcess, type SandboxOptions, type SandboxProcess } from '../process.ts';
import { euro, pain001 } from './opened.ts';

describe('the bank in the sandbox process', () => {
  const started: SandboxProcess[] = [];
  let shared: SandboxProcess | undefined;
  afterAll(async () => {
    await shared?.stop();
    shared?.remove();
  });
  afterEach(async () => {
    for (const sandbox of started.splice(0).reverse()) {
      await sandbox.stop();
      sandbox.remove();
    }
  });

  it('keeps every answered file through kill -9, each once, and balances', async () => {
    const first = await start();
    const answered = new Set<string>();
    const lanes = Array.from({ length: 4 }, (_, lane) => sendUntilItDies(first, lane, answered));
    while (answered.size < 20) await sleep(5);
    await first.stop('SIGKILL');
    await Promise.all(lanes);

    const second = await start({ file: first.file });
    for (const messageId of answered) expect((await send(second, messageId)).status).toBe(422);
    const { date } = await second.get<{ date: string }>('/_sandbox/bank/clock');
    await second.post('/_sandbox/bank/advance', { days: 12 });
    const { payments, bookings, accounts, messages } = await second.bankLedger({ account: euro.number });
    const ids = payments.map(({ endToEndId }) => endToEndId);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...answered].filter((id) => !ids.includes(`E-${id}`))).toEqual([]);
    expect(payments.every(({ state, bookedOn }) => state === 'booked' && (bookedOn ?? '') >= date)).toBe(true);
    expect(bookings).toHaveLength(payments.length);
    expect(BigInt(accounts[0]?.balance.minor ?? 0)).toBe(5_000_000_000n - 100n * BigInt(payments.length));
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
  });

  it('tells by an enquiry what a fault kept from its sender, and shows who asked', async () => {
    const sandbox = await start();
    await sandbox.post('/_sandbox/faults', { kind: 'drop-response', route: 'bank.files.post', times: 1 });
    await expect(send(sandbox, 'M-1')).rejects.toThrow();
    expect(await sandbox.get('/bank/files?messageId=M-1')).toMatchObject({ items: [{ messageId: 'M-1', state: 'ACCP' }] });
    expect((await sandbox.requests('M-1')).map(({ route, outcome, status }) => [route, outcome, status])).toEqual([['bank.files.post', 'drop-response', 201], ['bank.files.find', 'answered', 200]]);
  });

  it('tells a refusal to who lost the answer to it', async () => {
    const sandbox = await start();
    expect((await send(sandbox, 'M-2', pain001('M-2', [{ id: 'E', amount: '1.00' }], { sum: '2.00' }))).status).toBe(422);
    expect(await sandbox.get('/bank/files?messageId=M-2')).toMatchObject({ items: [{ messageId: 'M-2', refused: { code: 'AM10' } }] });
  });

  it.each([
    ['/_sandbox/bank/advance', { to: '2020-01-01' }, 422],
    ['/_sandbox/bank/advance', { weeks: 1 }, 400],
    ['/_sandbox/bank/behaviour', { kind: 'explode' }, 400],
    ['/_sandbox/bank/behaviour', { kind: 'reject', reason: 'no code' }, 400],
    ['/_sandbox/bank/returns', { endToEndId: 'UNKNOWN' }, 422],
    ['/_sandbox/bank/credits', { account: 'UNKNOWN', currency: 'EUR', minor: '1', debtor: { name: 'x' } }, 422],
    ['/bank/files', {}, 400],
  ])('%s refuses %j', async (path, body, status) => {
    shared ??= await startSandboxProcess();
    const sandbox = shared;
    const answer = await fetch(sandbox.url + path, { method: 'POST', body: JSON.stringify(body) });
    expect([answer.status, await answer.json()]).toEqual([status, { error: { code: expect.any(String) as string, text: expect.any(String) as string } }]);
  });

  async function start(options?: SandboxOptions): Promise<SandboxProcess> {
    const sandbox = await startSandboxProcess(options);
    started.push(sandbox);
    return sandbox;
  }
});

async function sendUntilItDies(sandbox: SandboxProcess, lane: number, answered: Set<string>): Promise<void> {
  for (let n = 0; ; n += 1) {
    const answer = await send(sandbox, `L${lane}-${n}`).catch(() => undefined);
    if (answer?.status !== 201) return;
    answered.add(`L${lane}-${n}`);
  }
}

function send(sandbox: SandboxProcess, messageId: string, body = pain001(messageId, [{ id: `E-${messageId}`, amount: '1.00' }])): Promise<Response> {
  return fetch(`${sandbox.url}/bank/files`, { method: 'POST', headers: { 'x-message-id': messageId, 'content-type': 'application/xml' }, body });
}
