import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { PaymentParts, ReadMessage } from '../../activities/payments/parts.ts';
import { bankSource, takeBankMessages } from '../../activities/payments/take-bank-messages.ts';
import type { BankMessage } from '../../adapters/ports/bank.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { takeMessage } from '../../db/repositories/bank-messages.ts';
import { seedSandbox } from '../../db/seed.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { describeWithDatabase } from '../support/services.ts';
import { useDatabase } from './fixtures.ts';
import { booked, statementOf } from './payment-fixtures.ts';

/** A bank that lost its newest messages counts on from where its copy ends: ids and positions that we have read stand for others. */
describeWithDatabase('F6 the bank is put back to an older copy', () => {
  const own = useDatabase();
  beforeAll(() => seedSandbox(own.db, readSandboxSet(readSettings().home)));
  beforeEach(() => sql(own.db, `delete from inbound_cursors`));

  const entity = 'DE01';
  const source = bankSource(entity);
  const pageSize = 3;
  const reference = (text: string) => `R-${text}`;
  const readMessage = async (text: string): Promise<ReadMessage> => ({ kind: 'statements', format: 'camt.054.001.08', statements: [statementOf([booked(-700, reference(text))])], problems: [], advice: true });

  /** Its cursor is a position in what it has put out, and its ids are the positions. */
  function bankWith(name: string) {
    const outbox: BankMessage[] = [];
    const asked: (string | undefined)[] = [];
    const port = {
      async fetchMessages(cursor: string | undefined) {
        asked.push(cursor);
        const after = Number(cursor ?? 0);
        const messages = outbox.slice(after, after + pageSize);
        return { messages, cursor: String(after + messages.length) };
      },
    };
    const parts = { db: own.db, now: () => new Date('2026-11-21T06:00:00.000Z'), bankOf: () => ({ port, system: 'bank' }), readMessage } as unknown as PaymentParts;
    return {
      asked,
      say: (...texts: string[]) => outbox.push(...texts.map((text, at) => ({ id: `${name}-${outbox.length + at + 1}`, kind: 'camt.054', text: `${name} ${text}` }))),
      putBack: (length: number) => outbox.splice(length),
      look: async () => (await takeBankMessages(parts, { entity }, () => undefined)).taken,
      applied: async () => (await sql<{ reference: string }>(own.db, `select reference from bank_entries where reference like :of order by reference`, { of: `${reference(name)} %` })).map((entry) => entry.reference.slice(reference(name).length + 1)),
    };
  }
  const aDayLater = () => sql(own.db, `update inbound_cursors set updated_at = updated_at - interval '25 hours'`);

  it('another message under an id that is known takes effect once, under an id of its own', async () => {
    const take = (id: string, text: string) => inTransaction(own.db, (trx) => takeMessage(trx, { source, id, entity, kind: 'camt.054', text }));
    expect(await take('MSG-11', 'before')).toEqual({ id: 'MSG-11', delivery: 'fresh' });
    const after = await take('MSG-11', 'after');
    expect(after).toEqual({ id: expect.stringMatching(/^MSG-11:[0-9a-f]{16}$/) as string, delivery: 'fresh' });
    expect(await take('MSG-11', 'after')).toEqual({ ...after, delivery: 'known' });
    expect(await take('MSG-11', 'before')).toEqual({ id: 'MSG-11', delivery: 'known' });
    expect((await take('MSG-12', 'after')).delivery).toBe('repeated');
    expect(await sql(own.db, `select id from bank_messages where source = :source and id like 'MSG-11%' order by id`, { source })).toEqual([{ id: 'MSG-11' }, { id: after.id }]);
  });

  it('what it says under ids and positions that were read is heard within a day, once, and so is what comes after', async () => {
    const bank = bankWith('BACK');
    bank.say('1', '2', '3', '4', '5');
    expect(await bank.look()).toBe(5);
    bank.putBack(3);
    bank.say('4 anew', '5 anew');
    expect(await bank.look(), 'no cursor leads there').toBe(0);
    bank.say('6');
    expect(await bank.look()).toBe(1);

    await aDayLater();
    expect(await bank.look(), 'the first page is known').toBe(0);
    expect(await bank.look()).toBe(2);
    expect(await bank.applied()).toEqual(['1', '2', '3', '4', '4 anew', '5', '5 anew', '6']);
    for (const _look of [1, 2]) expect(await bank.look()).toBe(0);
    await aDayLater();
    for (const _look of [1, 2, 3]) expect(await bank.look(), 'known from now on').toBe(0);
    expect(await bank.applied()).toHaveLength(8);
  });

  it('costs a look one question more at most, and none once the messages of the day were gone through', async () => {
    const bank = bankWith('COST');
    const questions = async () => {
      const before = bank.asked.length;
      await bank.look();
      return bank.asked.slice(before);
    };
    bank.say('1', '2', '3', '4');
    expect(await questions()).toEqual([undefined, '3', '4']);
    expect(await questions()).toEqual(['4']);
    await aDayLater();
    expect([await questions(), await questions(), await questions(), await questions()]).toEqual([['4', undefined], ['4', '3'], ['4', '4'], ['4']]);
  });
});
