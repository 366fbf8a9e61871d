import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BankPort, SubmissionAnswer } from '../../../adapters/ports/bank.ts';
import type { Money } from '../../../domain/model/money.ts';
import type { PaymentFile, PaymentOrder } from '../../../domain/model/payment-order.ts';
import type { BankCounterpart, BankUnderTest } from './bank.ts';
import { failure } from './judgements.ts';
import { readAll, type Readings } from './bank-readings.ts';

/** What a bank does with payments, told by itself. */
export interface BankLifeCounterpart extends BankCounterpart {
  /** The account that pays. */
  account: string;
  /** Accounts elsewhere: one that takes money, one that its bank has closed. */
  creditors: { good: string; closed: string };
  payments(messageId: string): Promise<{ endToEndId: string; amount: Money; state: 'accepted' | 'rejected' | 'booked' | 'returned'; reason?: string }[]>;
  balance(): Promise<bigint>;
  /** The bank day after the bank's today. */
  nextBankDay(): Promise<string>;
  /** To the beginning of a day: its payments are booked, the statements of the days before are out. */
  advanceTo(date: string): Promise<void>;
  /** The next file is taken after the client has gone and has asked once, before the settle window ends. */
  commitLate(): Promise<void>;
  returnLater(endToEndId: string, afterDays: number, reason: string): Promise<void>;
  /** The next file gets no status report. */
  silence(): Promise<void>;
  omitFromStatement(endToEndId: string): Promise<void>;
}

export interface BankLifeUnderTest extends BankUnderTest {
  counterpart: BankLifeCounterpart;
}

const context = { correlationId: 'life-correlation' };

/** The life of payments at a bank that judges, books and answers: what it did by its own books, and what our readers make of its messages. */
export function describeBankLife(name: string, open: () => Promise<BankLifeUnderTest>): void {
  describe(`bank life: ${name}`, () => {
    let test: BankLifeUnderTest;
    let bank: BankPort;
    let counterpart: BankLifeCounterpart;
    let cursor: string | undefined;
    beforeAll(async () => {
      test = await open();
      ({ bank, counterpart } = test);
    });
    afterEach(() => counterpart.clear());
    afterAll(() => counterpart?.close());

    it('accepted: status, booked debit, statement that balances', async () => {
      const [order, file] = await prepared();
      const [first, second] = transfersOf(order);
      await news();
      expect((await bank.submitFile(file, context)).outcome).toBe('received');
      expect((await news()).statuses).toEqual([{ message: file.messageId, group: 'ACCP', transfers: [[first.endToEndId, 'ACCP'], [second.endToEndId, 'ACCP']] }]);

      const before = await counterpart.balance();
      await bookedAndStated(order);
      const { bookings, statements } = await news();
      expect(bookings.filter(({ source }) => source === 'camt.054').map(({ endToEndId, minor }) => [endToEndId, minor])).toEqual(debits(order));
      expect(bookings.filter(({ source, endToEndId }) => source === 'camt.053' && endToEndId?.startsWith('E-')).map(({ endToEndId, minor }) => [endToEndId, minor])).toEqual(debits(order));
      expect(statements.every(({ balanced }) => balanced)).toBe(true);
      expect(statements.at(-1)?.closing).toBe((await counterpart.balance()).toString());
      expect(before - (await counterpart.balance())).toBe(BigInt(first.amount.minor) + BigInt(second.amount.minor));
      expect((await counterpart.payments(file.messageId)).map(({ state }) => state)).toEqual(['booked', 'booked']);
    });

    it('a closed account: its transfer alone is rejected, with the reason', async () => {
      const [order, file] = await prepared((transfer, at) => (at === 1 ? { ...transfer, creditorAccount: { iban: counterpart.creditors.closed } } : transfer));
      const [first, second] = transfersOf(order);
      await news();
      await bank.submitFile(file, context);
      expect((await news()).statuses).toEqual([{ message: file.messageId, group: 'PART', transfers: [[first.endToEndId, 'ACCP'], [second.endToEndId, 'RJCT', 'AC04']] }]);
      await bookedAndStated(order);
      expect(new Set((await news()).bookings.map(({ endToEndId }) => endToEndId))).toEqual(new Set([first.endToEndId]));
    });

    it('a return days later: the return with its reason, and the money in the books', async () => {
      const [order, file] = await prepared();
      const [first] = transfersOf(order);
      await counterpart.returnLater(first.endToEndId, 2, 'MD07');
      await bank.submitFile(file, context);
      await bookedAndStated(order);
      await news();
      const before = await counterpart.balance();
      await counterpart.advanceTo(await counterpart.nextBankDay());
      await counterpart.advanceTo(await counterpart.nextBankDay());
      const { returns, bookings } = await news();
      expect(returns).toEqual([{ endToEndId: first.endToEndId, reason: 'MD07', minor: first.amount.minor }]);
      const credits = bookings.filter(({ endToEndId }) => endToEndId === first.endToEndId);
      expect(credits.map(({ minor, returnReason }) => [minor, returnReason])).toEqual([[first.amount.minor, 'MD07'], [first.amount.minor, 'MD07']]);
      expect((await counterpart.balance()) - before).toBe(BigInt(first.amount.minor));
    });

    it('a silent bank: no status, the money moves all the same', async () => {
      const [order, file] = await prepared();
      await counterpart.silence();
      await news();
      await bank.submitFile(file, context);
      expect((await news()).statuses).toEqual([]);
      await bookedAndStated(order);
      expect((await news()).bookings.filter(({ source }) => source === 'camt.054').map(({ endToEndId, minor }) => [endToEndId, minor])).toEqual(debits(order));
    });

    it('a hole in the statement shows: opening and entries do not come to the closing balance', async () => {
      const [order, file] = await prepared();
      const [, second] = transfersOf(order);
      await counterpart.omitFromStatement(second.endToEndId);
      await bank.submitFile(file, context);
      await news();
      await bookedAndStated(order);
      const { statements, bookings } = await news();
      expect(statements.map(({ balanced }) => balanced)).toContain(false);
      expect(bookings.filter(({ endToEndId }) => endToEndId === second.endToEndId).map(({ source }) => source)).toEqual(['camt.054']);
    });

    it('F3, P7: the same file again is refused as a duplicate, and nobody is paid twice', async () => {
      const [order, file] = await prepared();
      await bank.submitFile(file, context);
      expect(await bank.submitFile(file, context)).toMatchObject({ outcome: 'refused', code: 'DUPL' });
      expect(await bank.findSubmission(file.messageId, context)).toMatchObject({ outcome: 'received' });
      const before = await counterpart.balance();
      await bookedAndStated(order);
      expect(before - (await counterpart.balance())).toBe(sum(order));
      expect(await counterpart.payments(file.messageId)).toHaveLength(2);
    });

    it('P7: the bank pays one end-to-end id in two files twice; that it is one payment is for us to keep', async () => {
      const [order, file] = await prepared();
      const again = bank.writeFile({ ...order, messageId: `${order.messageId}-B` });
      await bank.submitFile(file, context);
      expect((await bank.submitFile(again, context)).outcome).toBe('received');
      const before = await counterpart.balance();
      await bookedAndStated(order);
      expect(before - (await counterpart.balance())).toBe(2n * sum(order));
    });

    it('a file that the bank cannot take is a refusal with its code, and nothing is paid', async () => {
      const [order, file] = await prepared();
      const spoiled: PaymentFile = { ...file, text: file.text.replaceAll(/<CtrlSum>[^<]*</g, '<CtrlSum>1.00<') };
      expect(spoiled.text).not.toBe(file.text);
      const answer: SubmissionAnswer = await bank.submitFile(spoiled, context);
      expect(answer).toMatchObject({ outcome: 'refused', code: 'AM10', message: expect.stringMatching(/\S/) as string });
      const before = await counterpart.balance();
      await bookedAndStated(order);
      expect(await counterpart.balance()).toBe(before);
    });

    it('F3: a lost answer leaves the outcome unknown; the bank has the file and pays once', async () => {
      const [order, file] = await prepared();
      await counterpart.inject?.('loses-answer', 'sends');
      expect((await failure(bank.submitFile(file, context))).code).toBe('outcome-unknown');
      expect(await bank.findSubmission(file.messageId, context)).toMatchObject({ outcome: 'received' });
      const before = await counterpart.balance();
      await bookedAndStated(order);
      expect(before - (await counterpart.balance())).toBe(sum(order));
    });

    it('F16: a bank that commits late has nothing at first: only the end of the settle window proves that', async () => {
      const [, file] = await prepared();
      await counterpart.commitLate();
      expect((await failure(bank.submitFile(file, context))).code).toBe('outcome-unknown');
      expect(await bank.findSubmission(file.messageId, context)).toBeUndefined();
      await sleep(test.settleWindowMs);
      expect(await bank.findSubmission(file.messageId, context)).toMatchObject({ outcome: 'received' });
      expect(await counterpart.payments(file.messageId)).toHaveLength(2);
    });

    async function prepared(change: (transfer: Transfer, at: number) => Transfer = (transfer) => transfer): Promise<[PaymentOrder, PaymentFile]> {
      const plain = test.order();
      const executionDate = await counterpart.nextBankDay();
      const order = { ...plain, batches: plain.batches.map((batch) => ({ ...batch, executionDate, transfers: batch.transfers.map(change) })) };
      return [order, bank.writeFile(order)];
    }

    /** Over the execution date, until its statement is out. */
    async function bookedAndStated(order: PaymentOrder): Promise<void> {
      await counterpart.advanceTo(order.batches[0]?.executionDate ?? '');
      await counterpart.advanceTo(await counterpart.nextBankDay());
    }

    /** What the bank said since the last time, about the account that pays. */
    async function news(): Promise<Readings> {
      const messages = [];
      for (;;) {
        const page = await bank.fetchMessages(cursor, context);
        cursor = page.cursor;
        messages.push(...page.messages);
        if (page.messages.length === 0) return readAll(messages, counterpart.account);
      }
    }
  });
}

type Transfer = PaymentOrder['batches'][number]['transfers'][number];

function transfersOf(order: PaymentOrder): [Transfer, Transfer] {
  const [first, second] = order.batches.flatMap((batch) => batch.transfers);
  if (!first || !second) throw new Error('the order of the contract has two transfers');
  return [first, second];
}

function debits(order: PaymentOrder): [string, string][] {
  return transfersOf(order).map(({ endToEndId, amount }) => [endToEndId, `-${amount.minor}`]);
}

function sum(order: PaymentOrder): bigint {
  return transfersOf(order).reduce((total, { amount }) => total + BigInt(amount.minor), 0n);
}
