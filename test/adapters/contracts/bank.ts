import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OpenedBank } from '../../../adapters/registry.ts';
import type { BankMessage, BankPort } from '../../../adapters/ports/bank.ts';
import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { failure } from './judgements.ts';

/** What a bank adapter brings to the contract suite: itself, opened, an order that its bank takes, and raw access to the bank. */
export interface BankUnderTest extends OpenedBank {
  /** A new message id and new end-to-end ids at every call. */
  order(): PaymentOrder;
  counterpart: BankCounterpart;
}

export type BankFault = 'loses-answer' | 'fails-before' | 'throttles' | 'slow';

/** Raw access to the bank, past the adapter. */
export interface BankCounterpart {
  /** Texts of the files that it took under an id. */
  files(messageId: string): Promise<string[]>;
  /** Lets the bank send at least one new message. */
  provoke(): Promise<void>;
  /** Strikes the next call of its kind; absent where a way to a bank has no such faults. */
  inject?(fault: BankFault, on: 'sends' | 'reads'): Promise<void>;
  /** Tells the bank whose account it is, where it verifies payees. */
  register?(iban: string, holder: string): Promise<void>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Whether a bank tells whose account it is: it does, its interface has no such call for us, or the call is there and this bank does not answer it. */
export type PayeeVerifications = 'verified' | 'no-call' | 'not-answered';

const context = { correlationId: 'contract-correlation' };

/** What every bank adapter must do over every transport. Judged by what the bank has, never by the adapter's word alone. */
export function describeBankContract(name: string, open: () => Promise<BankUnderTest>, { faults, payees }: { faults: boolean; payees: PayeeVerifications }): void {
  describe(`bank contract: ${name}`, () => {
    let test: BankUnderTest;
    let bank: BankPort;
    let counterpart: BankCounterpart;
    beforeAll(async () => {
      test = await open();
      ({ bank, counterpart } = test);
    });
    afterEach(() => counterpart.clear());
    afterAll(() => counterpart?.close());

    describe('files', () => {
      it('P7: the same order gives the same bytes, with its own id and control figures', () => {
        const order = test.order();
        const file = bank.writeFile(order);
        expect(bank.writeFile(structuredClone(order))).toEqual(file);
        expect(file).toMatchObject({ messageId: order.messageId, transfers: order.batches.flatMap((batch) => batch.transfers).length });
      });

      it('an order that cannot be written is refused with its place, and nothing is sent', async () => {
        const order = test.order();
        const transfer = order.batches[0]!.transfers[0]!;
        transfer.amount = { ...transfer.amount, minor: '0' };
        expect(() => bank.writeFile(order)).toThrow(expect.objectContaining({ code: 'payment-file-invalid', place: { path: 'batches[0].transfers[0].amount' } }));
        expect(await counterpart.files(order.messageId)).toEqual([]);
      });

      it('a file is received once, as it was written, and found by its id afterwards', async () => {
        const file = bank.writeFile(test.order());
        expect(await bank.findSubmission(file.messageId, context)).toBeUndefined();
        const answer = await bank.submitFile(file, context);
        expect(answer.outcome).toBe('received');
        expect(await bank.findSubmission(file.messageId, context)).toEqual(answer);
        expect(await counterpart.files(file.messageId)).toEqual([file.text]);
      });

      it('P7: an id that the bank has already is never a second file', async () => {
        const [order, other] = [test.order(), test.order()];
        const first = bank.writeFile(order);
        await bank.submitFile(first, context);
        const second = bank.writeFile({ ...other, messageId: order.messageId });
        expect(await bank.submitFile(second, context)).toMatchObject({ outcome: 'refused' });
        expect(await counterpart.files(order.messageId)).toEqual([first.text]);
        expect(await bank.findSubmission(order.messageId, context)).toMatchObject({ outcome: 'received' });
      });
    });

    describe('messages', () => {
      it('come oldest first from the beginning, nothing is taken away, and the cursor goes on after the last', async () => {
        await counterpart.provoke();
        const all = await drained(undefined);
        expect(all.messages.length).toBeGreaterThan(0);
        expect(new Set(all.messages.map(({ id }) => id)).size).toBe(all.messages.length);
        expect(await drained(undefined)).toEqual(all);
        expect(await drained(all.cursor)).toEqual({ messages: [], cursor: all.cursor });
        await counterpart.provoke();
        const news = await drained(all.cursor);
        expect(news.messages.length).toBeGreaterThan(0);
        expect((await drained(undefined)).messages).toEqual([...all.messages, ...news.messages]);
      });
    });

    if (payees === 'no-call') it('P9: verification of payee is not offered: there is no such call, and the name on an account counts as unavailable', () => expect(bank.verifyPayee).toBeUndefined());
    if (payees === 'not-answered') it('P9: a bank that does not verify payees makes every name unavailable', async () => expect(await bank.verifyPayee?.({ name: 'Pumpen Wandel GmbH', iban: 'DE75512108001245126199' }, context)).toEqual({ result: 'unavailable' }));
    if (payees === 'verified') describe('P9: verification of payee', () => {
      const [known, unknown] = ['DE75512108001245126199', 'DE91100000000123456789'];
      const verify = (name: string, iban: string = known) => bank.verifyPayee!({ name, iban }, context);
      beforeAll(() => counterpart.register?.(known, 'Pumpen Wandel GmbH'));

      it.each([
        ['the holder', 'Pumpen Wandel GmbH', { result: 'match' }],
        ['the holder in other letters', 'PUMPEN WANDEL GMBH', { result: 'match' }],
        ['nearly the holder: the bank says who it is', 'Pumpen Wandl GmbH', { result: 'close-match', name: 'Pumpen Wandel GmbH' }],
        ['somebody else: the bank does not say who it is', 'Ventile Krug AG', { result: 'no-match' }],
      ])('%s', async (_who, name, answer) => {
        expect(await verify(name)).toEqual(answer);
      });

      it('an account of which the bank hears nothing is unavailable, which is no pass', async () => {
        expect(await verify('Pumpen Wandel GmbH', unknown)).toEqual({ result: 'unavailable' });
      });

      it.runIf(faults)('a check that fails is only unavailable, and its error tells neither name nor account', async () => {
        await counterpart.inject?.('fails-before', 'reads');
        const error = await failure(verify('Pumpen Wandel GmbH'));
        expect(error.code).toBe('counterpart-unavailable');
        expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/Wandel|DE7551/);
      });
    });

    if (faults) describe('faults', () => {
      it('F3: a lost answer to a file is an unknown outcome; asking tells, and there is one file', async () => {
        const file = bank.writeFile(test.order());
        await counterpart.inject?.('loses-answer', 'sends');
        expect((await failure(bank.submitFile(file, context))).code).toBe('outcome-unknown');
        expect(await bank.findSubmission(file.messageId, context)).toMatchObject({ outcome: 'received' });
        expect(await counterpart.files(file.messageId)).toEqual([file.text]);
      });

      it('a bank that fails before it took the file is an unknown outcome as well; asking tells that it has nothing', async () => {
        const file = bank.writeFile(test.order());
        await counterpart.inject?.('fails-before', 'sends');
        expect((await failure(bank.submitFile(file, context))).code).toBe('outcome-unknown');
        expect(await bank.findSubmission(file.messageId, context)).toBeUndefined();
      });

      it.each(['fails-before', 'slow'] as const)('a read that fails (%s) is only unavailable', async (fault) => {
        await counterpart.inject?.(fault, 'reads');
        expect((await failure(bank.fetchMessages(undefined, context))).code).toBe('counterpart-unavailable');
        await counterpart.inject?.(fault, 'reads');
        expect((await failure(bank.findSubmission('UNKNOWN', context))).code).toBe('counterpart-unavailable');
      });

      it('a bank that asks to slow down is heard, and has nothing', async () => {
        const file = bank.writeFile(test.order());
        await counterpart.inject?.('throttles', 'sends');
        const error = await failure(bank.submitFile(file, context));
        expect(error).toMatchObject({ code: 'counterpart-throttled', retryAfterMs: expect.any(Number) as number });
        expect(await counterpart.files(file.messageId)).toEqual([]);
      });

      it('no error carries what a file says', async () => {
        const file = bank.writeFile(test.order());
        await counterpart.inject?.('loses-answer', 'sends');
        const error = await failure(bank.submitFile(file, context));
        expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(file.messageId);
      });
    });

    async function drained(cursor: string | undefined): Promise<{ messages: BankMessage[]; cursor: string | undefined }> {
      const messages: BankMessage[] = [];
      for (let position = cursor; ; ) {
        const page = await bank.fetchMessages(position, context);
        messages.push(...page.messages);
        if (page.messages.length === 0) return { messages, cursor: page.cursor };
        position = page.cursor;
      }
    }
  });
}
