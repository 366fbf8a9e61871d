import { beforeAll, beforeEach, expect, it } from 'vitest';
import { pollErpChanges } from '../../activities/erp-changes/index.ts';
import { openErp } from '../../adapters/registry.ts';
import { createGuard } from '../../adapters/tools/guard.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { resolveException } from '../../db/repositories/exceptions.ts';
import { readCursor, readInbound } from '../../db/repositories/inbound.ts';
import { seedSandbox } from '../../db/seed.ts';
import { KontorError } from '../../domain/errors.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { useDatabase } from '../db/fixtures.ts';
import { describeWithDatabase } from '../support/services.ts';

const entity = 'DE01';
const source = 'erp/DE01';
const quarter = 16 * 60_000;

describeWithDatabase('one look at the changes of an ERP', () => {
  const own = useDatabase();
  /** All that the ERP has told, as it says it. */
  const feed: object[] = [];
  let trouble: KontorError | undefined;
  let laterMs = 0;
  beforeAll(() => seedSandbox(own.db, readSandboxSet(readSettings().home)));
  beforeEach(() => {
    trouble = undefined;
    laterMs = 0;
  });

  const tell = (...entries: object[]) => feed.push(...entries.map((entry, index) => ({ seq: feed.length + index + 1, ...entry })));
  const receipt = (orderNo: string) => ({ type: 'GR', orderNo, at: '2026-11-02T00:00:00Z' });
  /** The adapter as it is, with an ERP behind it that tells the feed in pages of two. */
  const exchange = async ({ url }: { url: URL }) => {
    if (trouble) throw trouble;
    const after = Number(url.searchParams.get('after') ?? 0);
    const items = feed.slice(after, after + 2);
    return { status: 200, headers: new Headers(), text: JSON.stringify({ items, next: String(after + items.length) }) };
  };
  const { erp } = openErp('sandbox', { baseUrl: 'http://erp.example', company: entity }, { now: () => new Date(), exchange }, createGuard({ limits: { breaker: { failures: 1_000, openMs: 1 } } }));
  const look = (attempt = 1) => pollErpChanges({ db: own.db, erpOf: () => ({ port: erp }), now: () => new Date(Date.now() + laterMs) }, entity, { attempt });
  const failing = (attempt?: number) => look(attempt).catch(({ code }: KontorError) => code);
  const cases = () => sql<{ id: string; code: string; origin: string; owner: string; source: unknown }>(own.db, `select id, code, origin, owner_role as owner, source from exceptions where state = 'open' order by number`);
  const close = (id: string) => inTransaction(own.db, (trx) => resolveException(trx, id, { resolution: 'retry', by: 'person:mira.sanders' }));

  it('goes past a page of kinds that nobody knows, and hears what comes after it', async () => {
    tell({ type: 'VENDOR' }, { type: 'PRICE', at: 'soon' }, receipt('P-1'));
    expect(await look()).toEqual({ taken: 0 });
    expect(await readCursor(own.db, source)).toBe('2');
    expect(await look()).toEqual({ taken: 1 });
    expect(await readInbound(own.db, source, 'DE01-3')).toMatchObject({ kind: 'goods-receipt', payload: { orderNumber: 'P-1' } });
    expect([await look(), await cases()]).toEqual([{ taken: 0 }, []]);
  });

  it('goes past a change that cannot be read, and an operator hears of it: in the open case, or in the next one', async () => {
    tell({ type: 'GR', at: '2026-11-02T00:00:00Z' }, receipt('P-2'), { type: 'PO', orderNo: 7 });
    expect(await look()).toEqual({ taken: 1 });
    expect(await cases()).toMatchObject([{ id: 'DE01-erp-unread', code: 'counterpart-unreadable', origin: 'technical', owner: 'operator', source: { channel: 'erp', unread: ['entry 1 of the page up to 5, field "orderNo"'], count: 1 } }]);
    await look();
    expect(await cases()).toMatchObject([{ source: { count: 2 } }]);
    await look();
    expect(await cases(), 'told once').toMatchObject([{ source: { count: 2 } }]);
    await close('DE01-erp-unread');
    tell({ type: 'GR' });
    await look();
    expect(await cases()).toMatchObject([{ id: 'DE01-erp-unread-2', source: { count: 1 } }]);
    await close('DE01-erp-unread-2');
  });

  it.each(['counterpart-unavailable', 'counterpart-unreadable'] as const)('%s is nobody\'s case at first, an operator\'s once when it lasts, and none when a look goes well', async (code) => {
    await look();
    trouble = new KontorError(code, 'as it was told');
    expect([await failing(3), await cases()]).toEqual([code, []]);
    laterMs = quarter;
    await failing(3);
    await failing(3);
    expect(await cases()).toMatchObject([{ code, origin: 'technical', owner: 'operator', source: { channel: 'erp' } }]);
    trouble = undefined;
    await look();
    expect(await cases()).toEqual([]);
  });

  it('a first try that may go well in a moment is nobody\'s case, however long ago the last look was', async () => {
    await look();
    laterMs = quarter;
    trouble = new KontorError('counterpart-unavailable', 'as it was told');
    await failing(1);
    expect(await cases()).toEqual([]);
  });

  it('looks that find nothing new are looks that go well', async () => {
    await look();
    await sql(own.db, `update inbound_cursors set updated_at = now() - interval '1 hour'`);
    await look();
    trouble = new KontorError('counterpart-unavailable', 'as it was told');
    await failing(3);
    expect(await cases()).toEqual([]);
  });

  it('an ERP that was never read counts from when its company came', async () => {
    await sql(own.db, `delete from inbound_cursors`);
    trouble = new KontorError('counterpart-unreadable', 'as it was told');
    await failing();
    expect(await cases()).toEqual([]);
    laterMs = quarter;
    await failing();
    expect(await cases()).toMatchObject([{ id: expect.stringMatching(/^DE01-erp-silent/) as string, code: 'counterpart-unreadable' }]);
  });
});
