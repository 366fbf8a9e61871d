import type { Connection } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KontorError } from '../domain/errors.ts';
import { searchAttributes } from './search-attributes.ts';

/** How long the history of an ended process stays readable in Temporal Web; our own audit trail keeps it for good. */
const retention = '30 days';
const guardMs = 60_000;
const alreadyExists = 6; // gRPC status codes
const invalidArgument = 3;
const notFound = 5;

const { IndexedValueType } = proto.temporal.api.enums.v1;

/** The wire names of the types that search-attributes.ts declares. */
const indexedType: Record<SearchAttributeType, proto.temporal.api.enums.v1.IndexedValueType> = {
  TEXT: IndexedValueType.INDEXED_VALUE_TYPE_TEXT,
  KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  INT: IndexedValueType.INDEXED_VALUE_TYPE_INT,
  DOUBLE: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
  BOOL: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
  DATETIME: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
  KEYWORD_LIST: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
};

/**
 * Makes the namespace and its search attributes exist and waits until the server really uses them. Safe to repeat and
 * to run from several processes at once.
 */
export async function prepareNamespace(connection: Connection, namespace: string): Promise<void> {
  await register(connection, namespace);
  await until('the namespace to become visible', () => isVisible(connection, namespace));
  await addMissingAttributes(connection, namespace);
  await until('the search attributes to become visible', async () => (await missingAttributes(connection, namespace)).length === 0);
  await until('the search attributes to become usable', () => areUsable(connection, namespace));
}

/** Marks a namespace as deleted; the server removes its data in the background. */
export async function deleteNamespace(connection: Connection, namespace: string): Promise<void> {
  await connection.operatorService.deleteNamespace({ namespace });
}

async function register(connection: Connection, namespace: string): Promise<void> {
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      description: 'Finance processes of Kontor',
      workflowExecutionRetentionPeriod: msToTs(retention),
    });
  } catch (error) {
    if (grpcCode(error) !== alreadyExists) throw error;
  }
}

/** A new namespace reaches the caches of the server's parts one after the other; a list query passes through them. */
async function isVisible(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
    return true;
  } catch (error) {
    if (grpcCode(error) === notFound) return false;
    throw error;
  }
}

/** Registered is not yet usable: the parts of the server read a namespace anew once a second. Once queries take its attributes, a process may be started with them. */
async function areUsable(connection: Connection, namespace: string): Promise<boolean> {
  const query = Object.values(searchAttributes).map(({ name }) => `${name} IS NULL`).join(' AND ');
  try {
    await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1, query });
    return true;
  } catch (error) {
    if (grpcCode(error) === invalidArgument) return false;
    throw error;
  }
}

async function addMissingAttributes(connection: Connection, namespace: string): Promise<void> {
  const missing = await missingAttributes(connection, namespace);
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((key) => [key.name, indexedType[key.type]])),
    });
  } catch (error) {
    if (grpcCode(error) !== alreadyExists) throw error;
  }
}

async function missingAttributes(connection: Connection, namespace: string) {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.values(searchAttributes).filter((key) => customAttributes[key.name] === undefined);
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + guardMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new KontorError('temporal-unreachable', `Waited ${guardMs / 1000} s for ${what}.`);
    await sleep(50);
  }
}

function grpcCode(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}
