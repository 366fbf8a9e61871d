import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
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

  it('bytes that are no UTF-8 are kept one by one', async () => {
    writeFileSync(join(inbox, 'latin.sta'), Buffer.from([0x4d, 0xfc, 0x6c]));
    expect((await transport.fetch(undefined, context)).messages[0]?.text).toBe('Mül');
  });

  it.each([['A/B', 'A_2f_B'], ['../x', '.._2f_x'], ['a b?', 'a_20_b_3f_'], ['Plain-1.xml', 'Plain-1.xml']])('%s is kept as %s', (id, name) => expect(safeName(id)).toBe(name));
});
