import { createHash } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { PaymentParts, ReadMessage } from '../../activities/payments/parts.ts';
import { takeBankMessages } from '../../activities/payments/take-bank-messages.ts';
import type { BankMessage } from '../../adapters/ports/bank.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { sql } from '../../db/client.ts';
import { seedSandbox } from '../../db/seed.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { describeWithDatabase } from '../support/services.ts';
import { useDatabase } from './fixtures.ts';
import { booked, statementOf } from './payment-fixtures.ts';

describeWithDatabase('F18: a message of the bank that fails in our hands', () => {
  const own = useDatabase();
  beforeAll(() => seedSandbox(own.db, readSandboxSet(readSettings().home)));

  const statement = (...entries: ReturnType<typeof booked>[]): ReadMessage => ({ kind: 'statements', format: 'camt.054.001.08', statements: [statementOf(entries)], problems: [], advice: true });
  /** Longer than an entry of an index may be, and nothing that could be made shorter. */
  const longId = Array.from({ length: 400 }, (_, at) => createHash('sha256').update(String(at)).digest('hex')).join('');
  /** What is wrong with each message, by its text. */
  const readings: Record<string, () => ReadMessage> = {
    'breaks the reader': () => {
      throw new TypeError('Cannot read properties of undefined: DE89 secret');
    },
    'breaks the rules': () => statement(booked(-1, 'R1', { amount: { currency: 'EUR', minor: 'much' } })),
    'breaks the record': () => statement(booked(-1, 'R2', { endToEndId: 'a\u0000b' })),
    'breaks an index': () => statement(booked(-1, 'R2', { endToEndId: longId })),
    'is sound': () => statement(booked(-700, 'R3')),
  };
  let broken = readings;
  const look = (messages: BankMessage[]) => {
    const port = { fetchMessages: async (cursor: string | undefined) => (cursor === String(messages.at(-1)?.id) ? { messages: [], cursor } : { messages, cursor: String(messages.at(-1)?.id) }) };
    return takeBankMessages({ db: own.db, now: () => new Date('2026-11-21T06:00:00.000Z'), bankOf: () => ({ port, system: 'bank' }), readMessage: async (text: string) => broken[text]!() } as unknown as PaymentParts, { entity: 'DE01' }, () => undefined);
  };
  const message = (id: string, text: string): BankMessage => ({ id, kind: 'camt.054', text }) as BankMessage;
  const stateOf = async (id: string) => (await sql<{ state: string; code: string | null }>(own.db, `select state, problem ->> 'code' as code from bank_messages where id = :id`, { id }))[0];
  const caseOf = (id: string) => sql<{ code: string; owner: string; suggestion: string }>(own.db, `select code, owner_role as owner, suggestion from exceptions where source ->> 'messageId' = :id`, { id });

  it('is kept, set aside and a case of the operator; what comes after it is taken, and so is the next look', async () => {
    expect(await look([message('P1', 'breaks the reader'), message('P2', 'breaks the rules'), message('P3', 'breaks the record'), message('P31', 'breaks an index'), message('P4', 'is sound')])).toMatchObject({ taken: 5 });
    for (const id of ['P1', 'P2', 'P3', 'P31']) {
      expect(await stateOf(id)).toEqual({ state: 'quarantined', code: 'bank-message-not-applied' });
      const [found, ...more] = await caseOf(id);
      expect([found?.code, found?.owner, more]).toEqual(['bank-message-not-applied', 'operator', []]);
      expect(found?.suggestion, 'nothing of its content').not.toMatch(/secret|much/);
    }
    expect(await stateOf('P4')).toEqual({ state: 'taken', code: null });
    expect(await sql(own.db, `select message_id as id from bank_entries order by 1`)).toEqual([{ id: 'P4' }]);
    expect(await look([message('P4', 'is sound')])).toMatchObject({ taken: 0 });
  });

  it('is taken when it comes again, under its id or another, and the program was mended', async () => {
    expect(await look([message('P2', 'breaks the rules')]), 'not mended yet').toMatchObject({ taken: 1 });
    expect([await stateOf('P2'), (await caseOf('P2')).length]).toEqual([{ state: 'quarantined', code: 'bank-message-not-applied' }, 1]);
    broken = { ...readings, 'breaks the rules': () => statement(booked(-800, 'R5')), 'breaks the reader': () => statement(booked(-900, 'R6')) };
    expect(await look([message('P2', 'breaks the rules'), message('P9', 'breaks the reader')])).toMatchObject({ taken: 2 });
    expect([await stateOf('P2'), await stateOf('P9')]).toEqual([{ state: 'taken', code: null }, { state: 'taken', code: null }]);
    expect(await look([message('P10', 'breaks the reader'), message('P2', 'breaks the rules')])).toMatchObject({ taken: 0 });
  });

  it('a database that does not answer sets nothing aside: the look fails and is tried again', async () => {
    broken = { ...readings, 'is late': () => { throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014', severity: 'ERROR' }); } };
    await expect(look([message('P11', 'is late')])).rejects.toThrow(/timeout/);
    expect(await stateOf('P11')).toBeUndefined();
  });
});
