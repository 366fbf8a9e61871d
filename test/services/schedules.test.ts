import { Client, type Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectClient, connectWorker } from '../../temporal-config/connection.ts';
import { applySchedules } from '../../temporal-config/schedules.ts';
import { describeWithServices, freshHouse, type FreshHouse } from '../support/services.ts';

describeWithServices('schedules of companies', () => {
  let house: FreshHouse;
  let connection: Connection;
  let native: NativeConnection;

  beforeAll(async () => {
    house = await freshHouse();
    connection = await connectClient(house.settings);
    native = await connectWorker(house.settings);
  });
  afterAll(async () => {
    await connection.close();
    await native.close();
    await house.dispose();
  });

  const payments = (timeZone: string) => ({ timeZone, weekdays: [1, 3], at: '10:00' });
  const apply = async (client: Client, timeZone: string) => {
    const refused: string[] = [];
    await applySchedules(client, [{ entity: 'AA01', payments: payments(timeZone) }, { entity: 'DE01', payments: payments('Europe/Berlin') }], 60_000, (entity, reason) => refused.push(`${entity}: ${reason}`));
    return refused;
  };
  const zoneOf = async (client: Client, scheduleId: string) => (await client.schedule.getHandle(scheduleId).describe()).spec.timezone;

  it.each(['a command', 'a worker'])('a company whose schedule the server refuses is told of by its id, and keeps no other from its own: by the connection of %s', async (who) => {
    const client = new Client({ connection: who === 'a worker' ? native : connection, namespace: house.settings.namespace });
    expect(await apply(client, 'Mars/Olympus')).toEqual([expect.stringMatching(/^AA01: .*Mars\/Olympus/)]);
    expect(await zoneOf(client, 'sched/payment-run/DE01')).toBe('Europe/Berlin');
    expect(await zoneOf(client, 'sched/maintenance')).toBeDefined();
    expect(await apply(client, 'Europe/Rome')).toEqual([]);
    expect(await zoneOf(client, 'sched/payment-run/AA01')).toBe('Europe/Rome');
    expect(await apply(client, 'Mars/Olympus')).toEqual([expect.stringMatching(/^AA01: .*Mars\/Olympus/)]);
    expect(await zoneOf(client, 'sched/payment-run/AA01')).toBe('Europe/Rome');
  });

  it('a payment run that was missed is caught up with for an hour, and never for longer; what runs still is not started again', async () => {
    const client = new Client({ connection, namespace: house.settings.namespace });
    expect(await apply(client, 'Europe/Rome')).toEqual([]);
    const { policies, spec } = await client.schedule.getHandle('sched/payment-run/DE01').describe();
    expect(policies).toMatchObject({ catchupWindow: 3_600_000, overlap: 'SKIP' });
    expect(spec.calendars?.map(({ dayOfWeek, hour, minute }) => ({ dayOfWeek, hour, minute }))).toEqual([{ dayOfWeek: [{ start: 'MONDAY', end: 'MONDAY', step: 1 }, { start: 'WEDNESDAY', end: 'WEDNESDAY', step: 1 }], hour: [{ start: 10, end: 10, step: 1 }], minute: [{ start: 0, end: 0, step: 1 }] }]);
  });

  it('a server that is not there is no fault of a company', async () => {
    const other = await connectClient(house.settings);
    const lost = new Client({ connection: other, namespace: house.settings.namespace });
    await other.close();
    const refused: string[] = [];
    await expect(applySchedules(lost, [{ entity: 'DE01' }], 60_000, (entity) => refused.push(entity))).rejects.toThrow();
    expect(refused).toEqual([]);
  });
});
