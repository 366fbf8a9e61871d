import { beforeAll, expect, it } from 'vitest';
import { inTransaction, sql } from '../../db/client.ts';
import { delegationsAt, listEntities, listPeople, peopleOf, readEntity, readPerson, saveDelegation, savePerson, seatsOf } from '../../db/repositories/directory.ts';
import { activatePolicy, activePolicies, activePolicy, importPolicy, listPolicies, policyByVersion, policyVersion } from '../../db/repositories/policies.ts';
import { seedSandbox, type SandboxSet } from '../../db/seed.ts';
import { describeWithDatabase } from '../support/services.ts';
import { aPerson, atOnce, useDatabase } from './fixtures.ts';

const process = (name: string, hours: number) => ({
  schemaVersion: 1,
  kind: 'process' as const,
  name,
  owner: 'finance',
  effectiveFrom: '2026-01-01',
  workflow: 'invoiceToPay',
  businessOwner: 'Head of accounts payable',
  technicalOwner: 'Finance engineering',
  controls: [{ id: 'C1', what: 'four eyes', rules: ['A4'], kind: 'preventive' as const }],
  serviceLevel: { receivedToReadyHours: hours, straightThroughPercent: 80, availability: '99.5 %', retentionYears: 10 },
});
const entity = (id: string) => ({
  schemaVersion: 1 as const, id, name: `Company ${id}`, aliases: [], country: 'DE', currency: 'EUR', vatIds: [], buyerIds: [], calendar: 'de', timeZone: 'Europe/Berlin',
  policies: { tolerances: 'a', approval: 'a', duplicates: 'a', deadlines: 'a', coding: 'a', tax: 'a', posting: 'a' }, erp: { adapter: 'sandbox', settings: {} },
});
const set: SandboxSet = {
  policies: [{ kind: 'process', name: 'invoice-to-pay', content: process('invoice-to-pay', 48), source: 'yaml', effectiveFrom: '2026-01-01' }],
  entities: [entity('DE01'), entity('US01')],
  persons: [
    aPerson('ada', [{ entity: 'DE01', role: 'controller', limit: { currency: 'EUR', minor: '5000000' }, costCentres: ['100'] }], { manager: 'bob' }),
    aPerson('bob', [{ entity: '*', role: 'cfo' }]),
    aPerson('ada-second-login', [{ entity: 'DE01', role: 'ap-clerk' }], { employeeId: 'emp-ada' }),
  ],
  delegations: [{ id: 'd1', delegator: 'bob', delegate: 'ada', from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z', cap: { currency: 'EUR', minor: '100' } }],
};

describeWithDatabase('policies, persons and the first start', () => {
  const own = useDatabase();
  let seeded: boolean[] = [];
  beforeAll(async () => {
    seeded = await atOnce(4, () => seedSandbox(own.db, set));
  });
  const importIt = (content: ReturnType<typeof process>) =>
    inTransaction(own.db, (trx) => importPolicy(trx, { kind: 'process', name: content.name, content, source: 'yaml', effectiveFrom: content.effectiveFrom, importedBy: 'person:ada', correlationId: 'c' }));
  const activate = (version: string, proposedBy: string, approvedBy: string, effectiveFrom?: string) =>
    inTransaction(own.db, (trx) => activatePolicy(trx, { version, proposedBy, approvedBy, correlationId: 'c', ...(effectiveFrom ? { effectiveFrom } : {}) }));
  const hoursOn = async (date: string) => (await activePolicy(own.db, 'process', 'invoice-to-pay', date)).content.serviceLevel.receivedToReadyHours;

  it('seeds an empty database once, also when several processes start together, and never a used one', async () => {
    expect(seeded.filter(Boolean)).toHaveLength(1);
    expect(await seedSandbox(own.db, set)).toBe(false);
    expect(await listEntities(own.db)).toEqual(set.entities);
    expect(await readEntity(own.db, 'US01')).toEqual(set.entities[1]);
    expect(await listPeople(own.db)).toEqual([...set.persons].sort((a, b) => (a.id < b.id ? -1 : 1)));
    expect(await hoursOn('2026-11-21')).toBe(48);
  });

  it('stores a version once, under the hash of its content, and refuses to change it', async () => {
    const content = process('invoice-to-pay', 24);
    const first = await importIt(content);
    expect(first).toEqual({ version: policyVersion('invoice-to-pay', content), added: true });
    expect(await importIt(content)).toEqual({ ...first, added: false });
    expect(await hoursOn('2026-11-21')).toBe(48);
    for (const change of [`update policies set content = '{}' where version = :version`, `delete from policies where version = :version`])
      await expect(sql(own.db, change, { version: first.version })).rejects.toThrow(/import a new version/);
  });

  it('activates for two different humans only, from a date on, and lets a later activation win', async () => {
    const { version } = await importIt(process('invoice-to-pay', 12));
    await expect(activate(version, 'person:ada', 'person:ada')).rejects.toMatchObject({ code: 'duties-conflict' });
    await expect(activate(version, 'person:ada', 'person:ada-second-login')).rejects.toMatchObject({ code: 'duties-conflict' });
    await expect(activate(version, 'person:ada', 'person:stranger')).rejects.toMatchObject({ code: 'not-permitted' });
    await expect(activate('none@0', 'person:ada', 'person:bob')).rejects.toMatchObject({ code: 'unknown-resource' });
    await activate(version, 'person:ada', 'person:bob', '2026-12-01');
    expect([await hoursOn('2026-11-30'), await hoursOn('2026-12-01')]).toEqual([48, 12]);
    const { version: corrected } = await importIt(process('invoice-to-pay', 6));
    await activate(corrected, 'person:bob', 'person:ada', '2026-12-01');
    expect([await hoursOn('2026-11-30'), await hoursOn('2026-12-01')]).toEqual([48, 6]);
    expect((await policyByVersion(own.db, 'process', version)).content.serviceLevel.receivedToReadyHours).toBe(12);
    const listed = await listPolicies(own.db, '2026-12-05');
    expect(listed.filter((policy) => policy.inForce).map((policy) => policy.version)).toEqual([corrected]);
    expect(listed.find((policy) => policy.version === version)?.activeFrom).toEqual(['2026-12-01']);
  });

  it('says so when nothing is in force, and refuses content that is not a policy', async () => {
    await expect(activePolicies(own.db, [{ kind: 'process', name: 'unknown' }], '2026-11-21')).rejects.toMatchObject({ code: 'policy-not-active' });
    await expect(hoursOn('2025-12-31')).rejects.toMatchObject({ code: 'policy-not-active' });
    await expect(importIt({ ...process('broken', 24), controls: [] })).rejects.toThrow();
  });

  it('reads persons with limits, revokes roles at once, and cuts delegations to their time', async () => {
    expect(await readPerson(own.db, 'ada')).toEqual(set.persons[0]);
    expect((await peopleOf(own.db, 'US01')).map(({ id }) => id)).toEqual(['bob']);
    expect(await delegationsAt(own.db, 'DE01', '2026-11-21T00:00:00.000Z')).toEqual(set.delegations);
    expect(await delegationsAt(own.db, 'DE01', '2026-12-01T00:00:00.000Z')).toEqual([]);
    const now = Date.now();
    await inTransaction(own.db, (trx) => saveDelegation(trx, { id: 'd2', delegator: 'bob', delegate: 'ada', from: new Date(now - 1000).toISOString(), to: new Date(now + 60_000).toISOString(), entity: 'US01' }));
    expect((await seatsOf(own.db, 'ada')).seats).toContainEqual({ entity: 'US01', role: 'cfo', holder: 'bob' });
    await inTransaction(own.db, (trx) => savePerson(trx, aPerson('bob', [], { active: false })));
    expect((await seatsOf(own.db, 'ada')).seats).toEqual([{ entity: 'DE01', role: 'controller', holder: 'ada' }]);
  });
});
