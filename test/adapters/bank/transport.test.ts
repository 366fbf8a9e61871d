import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createFolderTransport } from '../../../adapters/bank/transport/folder.ts';
import { openTransport } from '../../../adapters/bank/transport/index.ts';
import { safeName } from '../../../adapters/bank/transport/names.ts';
import { openBank } from '../../../adapters/registry.ts';
import { createAdapterTools } from '../../../adapters/tools/exchange.ts';
import { createGuard } from '../../../adapters/tools/guard.ts';
import type { BankTransport } from '../../../adapters/ports/bank-transport.ts';
import { describeBankContract } from '../contracts/bank.ts';
import { sepaOrder } from './orders.ts';

const context = { correlationId: 'c' };
const home = mkdtempSync(join(tmpdir(), 'kontor-folder-'));
/** Files are left alone for a second after they came; the clock of these tests is ahead of it. */
const tools = createAdapterTools({ now: () => new Date(Date.now() + 60_000) });
afterAll(() => rmSync(home, { recursive: true }));

function folders(name: string) {
  const [outbox, inbox] = [join(home, name, 'out'), join(home, name, 'in')];
  for (const folder of [outbox, inbox]) mkdirSync(folder, { recursive: true });
  return { outbox, inbox };
}

describeBankContract('iso20022 over folders', async () => {
  const { outbox, inbox } = folders('contract');
  const opened = openBank('iso20022', { pain001: 'pain.001.001.09', transport: { kind: 'folder', outbox, inbox } }, tools, createGuard());
  let sent = 0;
  const counterpart = {
    files: (messageId: string) => Promise.resolve(readdirSync(outbox).filter((name) => name === `${messageId}.xml`).map((name) => readFileSync(join(outbox, name), 'utf8'))),
    provoke: () => Promise.resolve(writeFileSync(join(inbox, `report-${++sent}.xml`), `<report number="${sent}"/>`)),
    clear: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return Promise.resolve({ ...opened, order: sepaOrder, counterpart });
}, { faults: false, payees: 'no-call' });

describe('folders', () => {
  let outbox: string;
  let inbox: string;
  let transport: BankTransport;
  let run = 0;
  const file = (text = 'text') => ({ messageId: 'M-1', fileName: 'M-1.xml', mediaType: 'application/xml', text });
  beforeEach(() => {
    ({ outbox, inbox } = folders(`own-${++run}`));
    transport = openTransport({ kind: 'folder', outbox, inbox, settleWindowMs: 1 }, tools);
  });

  it('a file that the bank took away stays handed over, and the same file is not laid out again', async () => {
    await transport.put(file(), context);
    rmSync(join(outbox, 'M-1.xml'));
    expect(await transport.find('M-1', context)).toMatchObject({ outcome: 'received' });
    expect(await transport.put(file(), context)).toMatchObject({ outcome: 'received' });
    expect(await transport.put(file('other'), context)).toMatchObject({ outcome: 'refused', code: 'DUPL' });
    expect(readdirSync(outbox)).toEqual(['.kontor']);
  });

  it('a hand-over that stopped before its last step counts as nothing and is done again', async () => {
    await transport.put(file(), context);
    rmSync(join(outbox, 'M-1.xml'));
    // As a crash leaves it: both notes are there, the rename has not happened.
    writeFileSync(join(outbox, '.kontor', 'M-1.part'), 'te');
    expect(await transport.find('M-1', context)).toBeUndefined();
    expect(await transport.put(file(), context)).toMatchObject({ outcome: 'received' });
    expect(readFileSync(join(outbox, 'M-1.xml'), 'utf8')).toBe('text');
  });

  it('nobody sees half a file: the outbox holds the finished name only', async () => {
    await transport.put(file('x'.repeat(100_000)), context);
    expect(readdirSync(outbox).sort()).toEqual(['.kontor', 'M-1.xml']);
    expect(readdirSync(join(outbox, '.kontor'))).toEqual(['M-1.sent']);
  });

  it('a folder that cannot be used was certainly not handed anything', async () => {
    writeFileSync(join(home, 'no-folder'), '');
    const broken = openTransport({ kind: 'folder', outbox: join(home, 'no-folder'), inbox: join(home, 'absent'), settleWindowMs: 1 }, tools);
    await expect(broken.put(file(), context)).rejects.toMatchObject({ code: 'counterpart-unavailable' });
    await expect(broken.fetch(undefined, context)).rejects.toMatchObject({ code: 'counterpart-unavailable' });
  });

  it('messages come in the order of arrival, whatever their names and dates say; unfinished ones wait', async () => {
    for (const name of ['z.xml', 'a.xml', '.hidden', 'half.part', 'half.tmp']) {
      writeFileSync(join(inbox, name), name);
      utimesSync(join(inbox, name), new Date(0), new Date(0));
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    const first = await transport.fetch(undefined, context);
    expect(first.messages.map(({ text }) => text)).toEqual(['z.xml', 'a.xml']);
    writeFileSync(join(inbox, '0.xml'), 'later');
    expect((await transport.fetch(first.cursor, context)).messages.map(({ text }) => text)).toEqual(['later']);
    const now = openTransport({ kind: 'folder', outbox, inbox, settleWindowMs: 1 }, createAdapterTools());
    expect((await now.fetch(first.cursor, context)).messages).toEqual([]);
    expect(readdirSync(inbox)).toHaveLength(6);
  });

  it('a name that is used again with another content is another message; the same content is the same', async () => {
    writeFileSync(join(inbox, 'camt.xml'), 'Monday');
    const [monday] = (await transport.fetch(undefined, context)).messages;
    writeFileSync(join(inbox, 'camt.xml'), 'Tuesday');
    const [tuesday] = (await transport.fetch(undefined, context)).messages;
    writeFileSync(join(inbox, 'camt.xml'), 'Monday');
    const [again] = (await transport.fetch(undefined, context)).messages;
    expect(tuesday?.id).not.toBe(monday?.id);
    expect(again).toEqual(monday);
  });

  it('F19: a file that comes after the clock was set back is fetched all the same, and nothing is fetched twice', async () => {
    const clock = clockOf(inbox);
    clock.arrives('before.xml');
    const first = await clock.fetch(undefined);
    expect(first.messages.map(({ text }) => text)).toEqual(['before.xml']);
    clock.turn(-10 * minute);
    clock.arrives('after.xml');
    const second = await clock.fetch(first.cursor);
    expect(second.messages.map(({ text }) => text)).toEqual(['after.xml']);
    expect(await clock.fetch(second.cursor)).toEqual({ messages: [], cursor: second.cursor });
    clock.turn(24 * 60 * minute);
    clock.arrives('next day.xml');
    const third = await clock.fetch(second.cursor);
    expect(third.messages.map(({ text }) => text)).toEqual(['next day.xml']);
    expect(third.cursor.length, 'what lies a day back is not remembered one by one').toBeLessThan(first.cursor.length + 10);
  });

  it('F19: a clock that was a day ahead hides nothing of that day', async () => {
    const clock = clockOf(inbox);
    clock.turn(24 * 60 * minute);
    clock.arrives('of tomorrow.xml');
    const first = await clock.fetch(undefined);
    clock.turn(-24 * 60 * minute);
    clock.arrives('of today.xml');
    const second = await clock.fetch(first.cursor);
    expect(second.messages.map(({ text }) => text)).toContain('of today.xml');
    clock.arrives('later today.xml');
    expect((await clock.fetch(second.cursor)).messages.map(({ text }) => text)).toEqual(['later today.xml']);
  });

  it('many files come in pages, each once, whatever came meanwhile', async () => {
    const names = Array.from({ length: 250 }, (_, at) => `${at}.xml`);
    for (const name of names) writeFileSync(join(inbox, name), name);
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await transport.fetch(cursor, context);
      if (page.messages.length === 0) break;
      seen.push(...page.messages.map(({ text }) => text));
      cursor = page.cursor;
    }
    expect(seen.sort()).toEqual(names.sort());
  });

  it('a cursor of an earlier version goes on where it stood', async () => {
    const clock = clockOf(inbox);
    clock.arrives('long ago.xml');
    clock.turn(24 * 60 * minute);
    clock.arrives('lately.xml');
    const { messages, cursor } = await clock.fetch(`${String(BigInt(clock.now()) * 1_000_000n - 3_600_000_000_000n).padStart(20, '0')} another.xml`);
    expect(messages.map(({ text }) => text)).toEqual(['lately.xml']);
    expect(await clock.fetch(cursor)).toEqual({ messages: [], cursor });
  });

  it('bytes that are no UTF-8 are kept one by one', async () => {
    writeFileSync(join(inbox, 'latin.sta'), Buffer.from([0x4d, 0xfc, 0x6c]));
    expect((await transport.fetch(undefined, context)).messages[0]?.text).toBe('Mül');
  });

  it.each([['A/B', 'A_2f_B'], ['../x', '.._2f_x'], ['a b?', 'a_20_b_3f_'], ['Plain-1.xml', 'Plain-1.xml']])('%s is kept as %s', (id, name) => expect(safeName(id)).toBe(name));
});

describe('a bank behind HTTP: what it says of a file that it did not simply take', () => {
  const file = { messageId: 'M-1', fileName: 'M-1.xml', mediaType: 'application/xml', text: '<xml/>' };
  const answering = (status: number, text: string) => openTransport({ kind: 'http', baseUrl: 'https://bank.example/', timeoutMs: 1_000, settleWindowMs: 1 }, { now: () => new Date(), exchange: () => Promise.resolve({ status, headers: new Headers(), text }) });
  const item = (reference: string, code?: string) => ({ messageId: 'M-1', reference, ...(code === undefined ? {} : { refused: { code, text: 'because' } }) });
  const knowing = (...items: unknown[]) => answering(200, JSON.stringify({ items })).find('M-1', context);

  it('P7: what it took counts, in whatever order it lists the repeats that it refused', async () => {
    expect(await knowing(item('R-2', 'DUPL'), item('R-1'))).toEqual({ outcome: 'received', reference: 'R-1' });
    expect(await knowing(item('R-1'), item('R-2', 'DUPL'))).toEqual({ outcome: 'received', reference: 'R-1' });
    expect(await knowing(item('R-3', 'FF01'), item('R-2', 'DUPL'), item('R-1'))).toEqual({ outcome: 'received', reference: 'R-1' });
  });

  it('the reason of a refusal is not that of its repeat', async () => {
    expect(await knowing(item('R-2', 'DUPL'), item('R-1', 'FF01'))).toMatchObject({ outcome: 'refused', code: 'FF01' });
    expect(await knowing(item('R-2', 'DUPL'))).toMatchObject({ outcome: 'refused', code: 'DUPL' });
    expect(await knowing({ ...item('R-9', 'FF01'), messageId: 'M-2' })).toBeUndefined();
  });

  it.each([
    [422, 'DUPL', 'DUPL'],
    [409, 'DUPL', 'DUPL'],
    [409, 'AM05', 'AM05'],
    [409, 'ALREADY_EXISTS', 'DUPL'],
    [422, 'AC02', 'AC02'],
  ])('P7: a refusal with %d and %s counts as %s', async (status, code, counts) => {
    expect(await answering(status, JSON.stringify({ error: { code, text: 'because' } })).put(file, context)).toMatchObject({ outcome: 'refused', code: counts, message: expect.stringContaining('because') as string });
  });

  it.each([[302, ''], [404, '<html/>'], [422, '{}']])('a %d without a reason is no refusal', async (status, text) => {
    await expect(answering(status, text).put(file, context)).rejects.toMatchObject({ code: 'counterpart-unreadable' });
  });
});

const minute = 60_000;

/** The system's clock as far as a folder shows it: what arrives is stamped by it, and it can be turned. */
function clockOf(inbox: string) {
  let time = Date.parse('2026-11-20T08:00:00Z');
  const stamps = new Map<string, bigint>();
  const tools = createAdapterTools({ now: () => new Date(time) });
  const transport = createFolderTransport({ kind: 'folder', outbox: inbox, inbox, settleWindowMs: 1 }, tools, (path) => Promise.resolve(stamps.get(path)!));
  return {
    now: () => time,
    turn: (ms: number) => void (time += ms),
    arrives(name: string) {
      writeFileSync(join(inbox, name), name);
      stamps.set(join(inbox, name), BigInt(time) * 1_000_000n);
      time += 5_000;
    },
    fetch: (cursor: string | undefined) => transport.fetch(cursor, context),
  };
}
