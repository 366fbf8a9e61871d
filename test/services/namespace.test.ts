import { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectClient, connectWorker } from '../../temporal-config/connection.ts';
import { prepareNamespace } from '../../temporal-config/namespace.ts';
import { searchAttributes } from '../../temporal-config/search-attributes.ts';
import { describeWithServices, freshHouse, type FreshHouse } from '../support/services.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;

describeWithServices('a namespace', () => {
  let house: FreshHouse;
  beforeAll(async () => { house = await freshHouse(); });
  afterAll(() => house.dispose());

  it('takes and gives out work as soon as it is prepared, and finds it by our search attributes', async () => {
    const { namespace } = house.settings;
    const connection = await connectWorker(house.settings);
    const client = new Client({ connection: await connectClient(house.settings), namespace });
    const worker = await Worker.create({ connection, namespace, taskQueue: 'greetings', workflowsPath: fileURLToPath(new URL('./fixtures/greet.workflow.ts', import.meta.url)) });
    await worker.runUntil(async () => {
      const result = await client.workflow.execute('greet', {
        taskQueue: 'greetings', workflowId: 'greet/1', args: ['Kontor'],
        typedSearchAttributes: [
          { key: searchAttributes.entity, value: 'entity-1' },
          { key: searchAttributes.awaiting, value: ['controller', 'receiver'] },
          { key: searchAttributes.dueAt, value: new Date('2026-12-01T00:00:00Z') },
          { key: searchAttributes.amount, value: 12.5 },
          { key: searchAttributes.documentClass, value: 'credit-note' },
        ],
      });
      expect(result).toBe('Good day, Kontor');
    });
    const query = `FinEntity = 'entity-1' AND FinAwaiting = 'controller' AND FinDueAt < '2026-12-02T00:00:00Z' AND FinAmount > 12 AND FinDocumentClass = 'credit-note'`;
    await expect.poll(async () => (await client.workflow.count(query)).count, { timeout: 30_000 }).toBe(1);
    await client.connection.close();
    await connection.close();
  });

  it('is prepared again without effect', async () => {
    const connection = await connectClient(house.settings);
    await prepareNamespace(connection, house.settings.namespace);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: house.settings.namespace });
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.values(searchAttributes).map((key) => key.name)));
    await connection.close();
  });

  it('that an earlier version has prepared gets what is new, and keeps what is not used any more', async () => {
    const connection = await connectClient(house.settings);
    const namespace = `${house.settings.namespace}-earlier`;
    const named = async () => Object.keys((await connection.operatorService.listSearchAttributes({ namespace })).customAttributes);
    await prepareNamespace(connection, namespace);
    await connection.operatorService.removeSearchAttributes({ namespace, searchAttributes: ['FinDocumentClass'] });
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { FinPriority: IndexedValueType.INDEXED_VALUE_TYPE_INT } });
    await expect.poll(named, { timeout: 30_000 }).toContain('FinPriority');
    expect(await named()).not.toContain('FinDocumentClass');
    await prepareNamespace(connection, namespace);
    expect(await named()).toEqual(expect.arrayContaining(['FinPriority', 'FinDocumentClass']));
    await connection.operatorService.deleteNamespace({ namespace });
    await connection.close();
  });

  it('is prepared by several processes at once without an error', async () => {
    const connection = await connectClient(house.settings);
    const name = `${house.settings.namespace}-shared`;
    await Promise.all([1, 2, 3].map(() => prepareNamespace(connection, name)));
    await connection.operatorService.deleteNamespace({ namespace: name });
    await connection.close();
  });
});
