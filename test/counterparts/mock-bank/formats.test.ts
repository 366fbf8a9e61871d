import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openBank } from '../../../adapters/registry.ts';
import type { BankPort } from '../../../adapters/ports/bank.ts';
import { createAdapterTools } from '../../../adapters/tools/exchange.ts';
import { createGuard } from '../../../adapters/tools/guard.ts';
import { readBankMessage } from '../../../documents/payments/read-bank-message.ts';
import { transferOf } from '../../adapters/bank/orders.ts';
import { readAll } from '../../adapters/contracts/bank-readings.ts';
import { describeWithMockBank, startMockBank, type MockBank } from '../../support/mock-bank.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { achOrder, achSettings, acmeOrder, payer, richTransfers } from './orders.ts';

describeWithMockBank('our files and its messages', () => {
  let mock: MockBank;
  beforeAll(async () => void (mock = await startMockBank()));
  beforeEach(() => mock.reset());
  afterAll(() => mock?.stop());

  const context = { correlationId: 'formats' };
  const opened = (adapter: string, settings: object): BankPort => openBank(adapter, { ...settings, transport: { kind: 'mock-bank', baseUrl: mock.url } }, createAdapterTools(), createGuard()).bank;
  const news = async (bank: BankPort, account: string) => readAll((await bank.fetchMessages(undefined, context)).messages, account);

  it.each(['pain.001.001.09', 'pain.001.001.03'])('it finds nothing in our %s, with many documents, a reference and a credit', async (pain001) => {
    const { text } = opened('iso20022', { pain001 }).writeFile(acmeOrder(richTransfers()));
    expect(await mock.validate(text)).toMatch(/\b0 findings/);
    expect(await mock.validate(text.replace('NL30MOCK', 'NL31MOCK'))).toMatch(/AC01/);
    expect(await mock.validate(text.replace('<NbOfTxs>3<', '<NbOfTxs>4<'))).not.toMatch(/\b0 findings/);
  });

  it('it does not know the discount of a document, reads past it and finds nothing else', async () => {
    const [, many] = richTransfers();
    const [first, ...rest] = many?.documents ?? [];
    if (!many || !first) throw new Error('the order has lost its documents');
    const discounted = { ...many, documents: [{ ...first, discount: { currency: 'EUR', minor: '2000' } }, ...rest] };
    const said = await mock.validate(opened('iso20022', { pain001: 'pain.001.001.09' }).writeFile(acmeOrder([discounted])).text);
    expect(said.match(/^(warning|error) - .*$/gm)).toEqual([expect.stringMatching(/^warning - .*DscntApldAmt is not in the mock's dictionary.*read past/)]);
  });

  it('it finds nothing in our ACH file', async () => {
    await mock.patch('/_mock/accounts/ACME', { format: 'nacha', currency: 'USD' });
    const { text } = opened('nacha', achSettings).writeFile(achOrder());
    expect(await mock.validate(text)).toMatch(/2 payments, 0 findings/);
    expect(await mock.validate(text.replace('0000010050', '0000010051'))).not.toMatch(/\b0 findings/);
  });

  it('ACH: acknowledgement, return and statement are read; DUPL is about the file', async () => {
    await mock.patch('/_mock/accounts/ACME', { format: 'nacha', currency: 'USD' });
    const bank = opened('nacha', achSettings);
    const order = achOrder();
    const [paid, returned] = order.batches[0]?.transfers.map(({ endToEndId }) => endToEndId.slice(0, 15)) ?? [];
    const file = bank.writeFile(order);
    expect((await bank.submitFile(file, context)).outcome).toBe('received');
    expect(await bank.findSubmission(file.messageId, context)).toMatchObject({ outcome: 'received' });
    expect(await bank.submitFile(file, context)).toMatchObject({ outcome: 'refused', code: 'DUPL' });
    await mock.advanceTo('2026-10-02');
    await mock.advanceTo('2026-10-03');

    const { statuses, returns, statements } = await news(bank, '0000000001');
    expect(statuses.map(({ group, transfers }) => [group, transfers])).toEqual([['PART', [[paid, 'ACCP'], [returned, 'RJCT', 'R02']]], ['RJCT', []]]);
    expect(returns).toEqual([{ endToEndId: returned, reason: 'R02', minor: '20050' }]);
    expect(statements.at(-1)).toEqual({ closing: String(12_500_000 - 10_050), balanced: true });
    const notified = (await news(bank, payer)).bookings.filter(({ source }) => source === 'camt.054');
    expect(notified.map(({ endToEndId, minor }) => [endToEndId, minor])).toEqual([[paid, '-10050']]);
    const stated = (await news(bank, '0000000001')).bookings.filter(({ source }) => source === 'bai2.statement');
    // BAI2 has no place for an end-to-end id; this bank writes it where its own reference belongs.
    expect(stated.map(({ endToEndId, bankReference, minor }) => [endToEndId, bankReference, minor])).toEqual([[undefined, paid, '-10050']]);
  });

  it('50 transfers in one file: two closed accounts, too little money for the last; the books agree with what we read', async () => {
    const bank = opened('iso20022', { pain001: 'pain.001.001.09' });
    const transfers = Array.from({ length: 50 }, (_, at) => ({
      ...transferOf(`FIFTY-${at}`, at === 49 ? '12000000' : `${1_000 + at}`),
      ...(at % 25 === 24 && at < 49 ? { creditorAccount: { iban: 'NL84MOCK0000000003' } } : {}),
      ...(at === 10 ? { creditorAccount: { iban: 'NL57MOCK0000000004' } } : {}),
    }));
    await mock.patch('/_mock/accounts/ACME', { balance: 11_000_000, behaviour: 'insufficient-funds' });
    const file = bank.writeFile(acmeOrder(transfers));
    await bank.submitFile(file, context);
    await mock.advanceTo('2026-10-02');
    await mock.advanceTo('2026-10-03');
    const { statuses, bookings, statements } = await news(bank, payer);
    const rejected = statuses[0]?.transfers.filter(([, status]) => status === 'RJCT').map(([id, , reason]) => [id, reason]);
    expect(rejected).toEqual([['E-FIFTY-10', 'RC01'], ['E-FIFTY-24', 'AC04'], ['E-FIFTY-49', 'AM04']]);
    expect(statuses[0]?.transfers).toHaveLength(50);
    const booked = bookings.filter(({ source }) => source === 'camt.053');
    expect(booked).toHaveLength(47);
    const total = booked.reduce((sum, { minor }) => sum + BigInt(minor), 0n);
    expect(statements.at(-1)).toEqual({ closing: (11_000_000n + total).toString(), balanced: true });
  });

  it('F13: a file that the line delivers twice is taken once and paid once', async () => {
    const line = await startTcpProxy(mock.url);
    try {
      const { bank } = openBank('iso20022', { pain001: 'pain.001.001.09', transport: { kind: 'mock-bank', baseUrl: line.url } }, createAdapterTools(), createGuard());
      line.strike('POST', { kind: 'repeat' });
      const order = acmeOrder();
      expect((await bank.submitFile(bank.writeFile(order), context)).outcome).toBe('received');
      expect(line.passed().filter(({ method }) => method === 'POST').map(({ status }) => status)).toEqual([202, 422]);
      await mock.advanceTo('2026-10-02');
      const { statuses, bookings } = await news(bank, payer);
      expect(statuses.map(({ message, group }) => [message, group])).toEqual([[order.messageId, 'ACCP'], [order.messageId, 'RJCT']]);
      expect(bookings.filter(({ source }) => source === 'camt.054')).toHaveLength(2);
    } finally {
      await line.close();
    }
  });

  it('what falls due by real time is fetched without anybody moving the clock', async () => {
    const late = await startMockBank(['--status-delay-ms', '1500']);
    try {
      const { bank } = openBank('iso20022', { pain001: 'pain.001.001.09', transport: { kind: 'mock-bank', baseUrl: late.url } }, createAdapterTools(), createGuard());
      await bank.submitFile(bank.writeFile(acmeOrder()), context);
      expect((await bank.fetchMessages(undefined, context)).messages).toEqual([]);
      await sleep(2_600);
      expect((await bank.fetchMessages(undefined, context)).messages.map(({ kind }) => kind)).toEqual(['pain.002.001.10']);
    } finally {
      await late.stop();
    }
  });

  it('a late status comes after what was said later, and the cursor does not lose it', async () => {
    const late = await startMockBank(['--status-delay-ms', String(36 * 3_600_000)]);
    try {
      const { bank } = openBank('iso20022', { pain001: 'pain.001.001.09', transport: { kind: 'mock-bank', baseUrl: late.url } }, createAdapterTools(), createGuard());
      const file = bank.writeFile(acmeOrder());
      await bank.submitFile(file, context);
      await late.advanceTo('2026-10-02');
      const first = await bank.fetchMessages(undefined, context);
      expect(first.messages.map(({ kind }) => kind)).toContain('camt.054.001.08');
      expect(first.messages.map(({ kind }) => kind)).not.toContain('pain.002.001.10');
      await late.advanceTo('2026-10-03');
      const second = await bank.fetchMessages(first.cursor, context);
      expect(second.messages.map(({ kind }) => kind)).toContain('pain.002.001.10');
      const ids = [...first.messages, ...second.messages].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const report = second.messages.find(({ kind }) => kind === 'pain.002.001.10');
      expect(await readBankMessage(report?.text ?? '')).toMatchObject({ kind: 'status-report', originalMessageId: file.messageId, groupStatus: 'ACCP' });
    } finally {
      await late.stop();
    }
  });
});
