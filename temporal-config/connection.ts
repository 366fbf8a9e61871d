import { Connection } from '@temporalio/client';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { isIPv4 } from 'node:net';
import { KontorError } from '../domain/errors.ts';
import type { Settings } from './settings.ts';

/** How long an address may take to answer before we say that it does not. */
const connectTimeoutMs = 10_000;

/** A connection for starting, signalling, updating and querying processes. Close it at the end. */
export async function connectClient(settings: Settings): Promise<Connection> {
  const { address, ...options } = connectionOptions(settings);
  return Connection.connect({ ...options, address, connectTimeout: connectTimeoutMs }).catch((cause: unknown) => unreachable(address, cause));
}

/** The same for a process that has to serve without the server too: it connects at the first use, and again whenever the server is back. */
export function lazyClient(settings: Settings): Connection {
  return Connection.lazy(connectionOptions(settings));
}

/** A connection for a worker process. Close it after the worker has stopped. */
export async function connectWorker(settings: Settings): Promise<NativeConnection> {
  const options = connectionOptions(settings);
  return NativeConnection.connect(options).catch((cause: unknown) => unreachable(options.address, cause));
}

/**
 * TLS and API key come as the official `TEMPORAL_*` variables and profile files give them. On loopback messages are not compressed: that only costs processor time.
 */
function connectionOptions(settings: Settings): NativeConnectionOptions & { address: string } {
  const address = settings.temporalAddress ?? `127.0.0.1:${settings.temporalPort}`;
  return { ...settings.temporalConnection, address, ...(isLoopback(address) ? { grpcCompression: { codec: 'none' as const } } : {}) };
}

function isLoopback(address: string): boolean {
  const host = address.slice(0, address.lastIndexOf(':'));
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}

function unreachable(address: string | undefined, cause: unknown): never {
  throw new KontorError('temporal-unreachable', `The Temporal server at ${address} does not answer.`, { cause });
}
