import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ErpPort, PostingAnswer } from '../../../adapters/ports/erp.ts';
import { bookPayments } from '../../../activities/payments/book-payments.ts';
import type { PaymentParts } from '../../../activities/payments/parts.ts';
import { readSandboxSet } from '../../../bin/services/sandbox-set.ts';
import { inTransaction, sql, type Db } from '../../../db/client.ts';
import { resolveException } from '../../../db/repositories/exceptions.ts';
import { databaseEpoch, markRestored } from '../../../db/repositories/once.ts';
import { openRun } from '../../../db/repositories/payment-runs.ts';
import { addInstructions, bookingKey, changeInstructions, toBook, type BookingPlace } from '../../../db/repositories/payments.ts';
import { seedSandbox } from '../../../db/seed.ts';
import { KontorError, type ErrorCode } from '../../../domain/errors.ts';
import type { ProposedInstruction } from '../../../domain/model/payment.ts';
import { readSettings } from '../../../temporal-config/settings.ts';
import { describeWithDatabase } from '../../support/services.ts';
import { useDatabase } from '../../db/fixtures.ts';

const entity = 'DE01';

/** An ERP with a book of its own, which may refuse or fail for single payments, or for everybody. */
class Erp {
  readonly book = new Map<string, 'posted' | 'reversed'>();
  readonly calls: string[] = [];
  readonly wrong = new Map<string, ErrorCode | 'refused'>();
  always: ErrorCode | undefined;
  /** Documents that it has under other numbers than their references. */
  readonly numbered = new Map<string, { documentNumber: string; status: 'posted' | 'reversed'; reversedBy?: string }>();
  /** The line delivers what is sent twice, and brings the answer to the second. */
  isDoubled = false;
  /** It answers what is sent, and no question. */
  isMute = false;
  /** So many reversals get lost before it processes them. */
  losesReversals = 0;
  readonly reasons: string[] = [];

  private answer(call: string, key: string): void {
    this.calls.push(`${call} ${key}`);
    const trouble = this.always ?? this.wrong.get(key);
    if (trouble !== undefined && trouble !== 'refused') throw new KontorError(trouble, 'as it was told');
  }

  private posted = (documentNumber: string): PostingAnswer => ({ outcome: 'posted', document: { documentNumber } as never });

  readonly port = {
    bookPayment: async ({ externalReference }: { externalReference: string }) => {
      this.answer('book', externalReference);
      if (this.wrong.get(externalReference) === 'refused') return { outcome: 'refused', code: 'NOT-OPEN', message: 'The document is not open.' };
      this.book.set(externalReference, 'posted');
      if (this.isDoubled) return { outcome: 'refused', code: 'NOT-OPEN', message: 'The document is not open.' };
      return this.posted(externalReference);
    },
    reversePayment: async ({ documentNumber, externalReference, reason }: { documentNumber: string; externalReference: string; reason: string }) => {
      this.answer('reverse', documentNumber);
      this.reasons.push(reason);
      if ((this.losesReversals -= 1) >= 0) throw new KontorError('outcome-unknown', 'no answer');
      this.book.set(documentNumber, 'reversed');
      if (!this.isDoubled) return this.posted(`R-${documentNumber}`);
      this.numbered.set(externalReference, { documentNumber: `R-${documentNumber}`, status: 'posted' });
      return { outcome: 'refused', code: 'ALREADY-REVERSED', message: 'The document was reversed.' };
    },
    findByExternalReference: async (_entity: string, reference: string) => {
      this.answer('find', reference);
      if (this.isMute) throw new KontorError('counterpart-unavailable', 'no answer');
      return this.numbered.get(reference) ?? (this.book.has(reference) ? { documentNumber: reference, status: this.book.get(reference) } : undefined);
    },
  } as unknown as ErpPort;
}

const key = (endToEndId: string) => bookingKey({ entity, endToEndId });

/** A run whose payments the bank has settled one microsecond after the other. */
async function settled(db: Db, name: string, count: number, state: 'confirmed' | 'returned' = 'confirmed'): Promise<string[]> {
  const start = { workflow: 'paymentRun', queue: 'fin-workflows', process: 'ap-payment-run', workflowVersion: 'payment-run/1', searchAttributes: {} };
  const { runId } = await openRun(db, { entity, runDate: '2026-11-20', nextRunDate: '2026-11-27', slot: name, payerAccount: 'main', dryRun: false, actor: 'system:test', correlationId: name, start });
  const ids = Array.from({ length: count }, (_, at) => `${String(at).padStart(6, '0')}-${name}`);
  const instruction = { groupKey: name, payee: { supplierId: 'S1', name: 'Muster GmbH' }, account: { id: 'A1' }, amount: { currency: 'EUR', minor: '1000' }, executionDate: '2026-11-20', items: [], possibleDuplicates: [] } as unknown as ProposedInstruction;
  await inTransaction(db, async (trx) => {
    await addInstructions(trx, entity, runId, ids.map((endToEndId) => ({ endToEndId, accountKey: 'DE1', instruction })), 'proposed');
    await changeInstructions(trx, runId, ids.map((endToEndId) => ({ endToEndId, state })));
    await sql(trx, `update payment_instructions p set settled_at = clock_timestamp() + n * interval '1 microsecond' from unnest(:ids::text[]) with ordinality as x (id, n) where p.run_id = :runId and p.end_to_end_id = x.id`, { ids, runId });
  });
  return ids;
}

function bookkeeping(own: { readonly db: Db }) {
  const state = { erp: new Erp(), laterMs: 0, processEpoch: '' };
  beforeAll(async () => {
    await seedSandbox(own.db, readSandboxSet(readSettings().home));
    state.processEpoch = await databaseEpoch(own.db);
  });
  beforeEach(() => Object.assign(state, { erp: new Erp(), laterMs: 0 }));
  const page = (after?: BookingPlace) => {
    const parts = { db: own.db, processEpoch: state.processEpoch, erpOf: () => ({ port: state.erp.port, system: 'erp:test', settleWindowMs: 0, longestCallMs: 100 }), now: () => new Date(Date.now() + state.laterMs) } as unknown as PaymentParts;
    return bookPayments(parts, { entity, ...(after ? { after } : {}) }, { attempt: 1, beat: () => undefined });
  };
  return {
    state,
    page,
    /** As the process looks: page by page. */
    async look(): Promise<number> {
      let found = await page();
      let { booked } = found;
      for (; found.more; booked += found.booked) found = await page(found.after);
      return booked;
    },
    cases: () => sql<{ id: string; code: string; owner: string; title: string }>(own.db, `select id, code, owner_role as owner, title from exceptions where state = 'open' order by number`),
    /** The bank gives the money of a payment back, and says why. */
    comesBack: (id: string, reason: string) => sql(own.db, `update payment_instructions set state = 'returned', reason_code = :reason where end_to_end_id = :id`, { id, reason }),
    numbers: async (id: string) => (await sql<{ bookedAs: string | null; unbookedAs: string | null }>(own.db, `select booked_as as "bookedAs", unbooked_as as "unbookedAs" from payment_instructions where end_to_end_id = :id`, { id }))[0],
    close: (id: string) => inTransaction(own.db, (trx) => resolveException(trx, id, { resolution: 'retry', by: 'person:lars.thoma' })),
    waiting: async () => (await toBook(own.db, entity, 1_000)).map(({ endToEndId }) => endToEndId),
  };
}

describeWithDatabase('payments on their way into the ERP, each by itself', () => {
  const own = useDatabase();
  const { state, page, look, cases, close, waiting } = bookkeeping(own);

  it.each<ErrorCode>(['counterpart-unreadable', 'effect-key-conflict', 'internal-error'])('%s of the oldest stops nobody; it has an owner once, again when somebody closed it, and closes when it went through', async (code) => {
    const [bad, ...others] = await settled(own.db, code, 3);
    state.erp.wrong.set(key(bad!), code);
    expect(await look()).toBe(2);
    expect([...state.erp.book.keys()]).toEqual(others.map(key));
    await look();
    const [open, ...more] = await cases();
    expect([open, more]).toMatchObject([{ code, owner: 'operator' }, []]);
    await close(open!.id);
    await look();
    const again = await cases();
    expect(again.map(({ code: known }) => known)).toEqual([code]);
    expect(again[0]!.id).not.toBe(open!.id);
    state.erp.wrong.clear();
    expect(await look()).toBe(1);
    expect([await cases(), await waiting()]).toEqual([[], []]);
  });

  it('a whole page that is refused does not keep the payments behind it; each refusal is one case until it is booked', async () => {
    const ids = await settled(own.db, 'refused', 102);
    const refused = ids.slice(0, 100);
    for (const id of refused) state.erp.wrong.set(key(id), 'refused');
    expect(await look()).toBe(2);
    expect(await waiting()).toEqual(refused);
    const open = await cases();
    expect(open).toHaveLength(100);
    expect(new Set(open.map(({ owner }) => owner))).toEqual(new Set(['ap-lead']));
    await close(open[0]!.id);
    await look();
    expect((await cases()).filter(({ id }) => id.startsWith(open[0]!.id)).map(({ id }) => id)).toEqual([`${open[0]!.id}-2`]);
    state.erp.wrong.clear();
    expect(await look()).toBe(100);
    expect([await cases(), await waiting()]).toEqual([[], []]);
  });

  it('an unknown outcome is asked for again in the next look, is nobody\'s case at first and has an owner when it lasts', async () => {
    const [lost, other] = await settled(own.db, 'lost', 2);
    state.erp.wrong.set(key(lost!), 'outcome-unknown');
    expect(await look()).toBe(1);
    expect(state.erp.book.has(key(other!))).toBe(true);
    expect(await cases()).toEqual([]);
    state.laterMs = 20 * 60_000;
    await look();
    expect(await cases()).toMatchObject([{ code: 'outcome-unknown', owner: 'operator' }]);
    state.erp.wrong.clear();
    state.erp.book.set(key(lost!), 'posted');
    const sends = state.erp.calls.filter((call) => call.startsWith('book')).length;
    expect(await look()).toBe(1);
    expect(state.erp.calls.filter((call) => call.startsWith('book')), 'found, not sent again').toHaveLength(sends);
    expect(await cases()).toEqual([]);
  });

  it.each<[ErrorCode, number, number]>([['counterpart-unavailable', 3, 3], ['counterpart-throttled', 1, 0]])('%s for everybody ends the look after %i calls, is nobody\'s case at first, and %i times an operator\'s when it lasts', async (code, calls, owned) => {
    await settled(own.db, code, 6);
    state.erp.always = code;
    expect(await page()).toEqual({ booked: 0, more: false });
    expect(state.erp.calls).toHaveLength(calls);
    expect(await cases()).toEqual([]);
    state.laterMs = 20 * 60_000;
    await page();
    expect((await cases()).map(({ owner }) => owner)).toEqual(Array.from({ length: owned }, () => 'operator'));
    state.erp.always = undefined;
    expect(await look()).toBe(6);
    expect(await cases()).toEqual([]);
  });

  it('the oldest, which alone get no answer, do not keep the others from being booked', async () => {
    const ids = await settled(own.db, 'oldest', 6);
    for (const id of ids.slice(0, 4)) state.erp.wrong.set(key(id), 'counterpart-unavailable');
    expect(await look()).toBe(2);
    expect(await waiting()).toEqual(ids.slice(0, 4));
    state.erp.wrong.clear();
    expect(await look()).toBe(4);
    expect(await cases()).toEqual([]);
  });

  it('one that alone gets no answer has an owner when it lasts', async () => {
    const [alone] = await settled(own.db, 'alone', 2);
    state.erp.wrong.set(key(alone!), 'counterpart-unavailable');
    expect(await look()).toBe(1);
    expect(await cases()).toEqual([]);
    await settled(own.db, 'answered', 1);
    state.laterMs = 20 * 60_000;
    expect(await look()).toBe(1);
    expect(await cases()).toMatchObject([{ code: 'counterpart-unavailable', owner: 'operator' }]);
    state.erp.wrong.clear();
    await look();
    expect([await cases(), await waiting()]).toEqual([[], []]);
  });

  it('what has come back while its booking was unknown is asked for, and never sent', async () => {
    const [id] = await settled(own.db, 'back', 1);
    state.erp.wrong.set(key(id!), 'outcome-unknown');
    await look();
    await sql(own.db, `update payment_instructions set state = 'returned' where end_to_end_id = :id`, { id });
    state.erp.wrong.clear();
    const sends = state.erp.calls.filter((call) => call.startsWith('book')).length;
    await look();
    expect(state.erp.calls.filter((call) => call.startsWith('book'))).toHaveLength(sends);
    expect([[...state.erp.book.keys()], await waiting()]).toEqual([[], []]);
  });
});

describeWithDatabase('what the ERP has done, whatever it answers', () => {
  const own = useDatabase();
  const { state, look, cases, waiting, comesBack, numbers } = bookkeeping(own);
  const sent = (what: 'book' | 'reverse') => state.erp.calls.filter((call) => call.startsWith(what));

  it('a booking and its reversal that the line delivers twice are done, though the second answer is a refusal', async () => {
    const [id] = await settled(own.db, 'doubled', 1);
    state.erp.isDoubled = true;
    expect(await look()).toBe(1);
    expect([await cases(), await waiting(), await numbers(id!)]).toEqual([[], [], { bookedAs: key(id!), unbookedAs: null }]);
    await comesBack(id!, 'AC04');
    expect(await look()).toBe(1);
    expect([await cases(), await waiting(), await numbers(id!)]).toEqual([[], [], { bookedAs: key(id!), unbookedAs: `R-${key(id!)}` }]);
    expect([sent('book').length, sent('reverse').length]).toEqual([1, 1]);
  });

  it('a refusal that nobody can ask about leaves the outcome unknown: it is asked for, and not sent again', async () => {
    const [id] = await settled(own.db, 'mute', 1);
    Object.assign(state.erp, { isDoubled: true, isMute: true });
    expect(await look()).toBe(0);
    expect([await cases(), await waiting()]).toEqual([[], [id]]);
    state.erp.isMute = false;
    expect(await look()).toBe(1);
    expect([await cases(), await waiting(), sent('book').length]).toEqual([[], [], 1]);
  });

  it('P8: another reason of the bank, told while the reversal is unknown, is the same reversal', async () => {
    const [id] = await settled(own.db, 'reasons', 1);
    await look();
    state.erp.losesReversals = 1;
    await comesBack(id!, 'AC04');
    await look();
    await comesBack(id!, 'NARR');
    expect(await look()).toBe(1);
    expect([await cases(), await waiting(), state.erp.reasons]).toEqual([[], [], ['returned AC04', 'returned NARR']]);
  });

  it.each([['nothing', undefined], ['another number', { documentNumber: '5600000009', status: 'posted' as const }]])('an ERP put back to an older copy that has %s under the key of the booking reverses nothing: a person decides, and the case closes when it is reversed there', async (_what, known) => {
    const [id] = await settled(own.db, `put-back-${known ? 'other' : 'none'}`, 1);
    await look();
    state.erp.book.clear();
    if (known) state.erp.numbered.set(key(id!), known);
    await comesBack(id!, 'AC04');
    expect(await look()).toBe(0);
    expect([await waiting(), sent('reverse')]).toEqual([[id], []]);
    expect(await cases()).toMatchObject([{ code: 'counterpart-rejected', owner: 'ap-lead', title: `The ERP is not asked to take back payment ${id}: BOOKED-OTHERWISE` }]);
    state.erp.numbered.set(key(id!), { documentNumber: '5600000009', status: 'reversed', reversedBy: '5300000004' });
    expect(await look()).toBe(1);
    expect([await cases(), await waiting(), sent('reverse'), (await numbers(id!))?.unbookedAs]).toEqual([[], [], [], '5300000004']);
  });
});

describeWithDatabase('F6 returned payments without a booking, after records were lost', () => {
  const own = useDatabase();
  const { state, look, waiting } = bookkeeping(own);

  describe('the ERP is asked once', () => {
    it('takes back what it has booked, and sends nothing where it has nothing', async () => {
      const [bookedThen, never] = await settled(own.db, 'lost-records', 2, 'returned');
      expect(await waiting(), 'nothing was begun, so nothing waits').toEqual([]);
      await markRestored(own.db);
      const [later] = await settled(own.db, 'made-since', 1, 'returned');
      expect(await waiting()).toEqual([bookedThen, never]);
      state.erp.book.set(key(bookedThen!), 'posted');
      await look();
      expect([...state.erp.book]).toEqual([[key(bookedThen!), 'reversed']]);
      expect(state.erp.calls.filter((call) => call.startsWith('book') || call.endsWith(key(later!)))).toEqual([]);
      expect(await waiting()).toEqual([]);
    });

    it('also where it had refused before', async () => {
      const [id] = await settled(own.db, 'refused-before', 1);
      state.erp.wrong.set(key(id!), 'refused');
      await look();
      await sql(own.db, `update payment_instructions set state = 'returned' where end_to_end_id = :id`, { id });
      expect(await waiting()).toEqual([]);
      await markRestored(own.db);
      expect(await waiting()).toContain(id);
      state.erp.wrong.clear();
      await look();
      expect([[...state.erp.book], await waiting()]).toEqual([[], []]);
    });
  });
});
