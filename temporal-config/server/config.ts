import { stringify } from 'yaml';

/** Where the server keeps its state. */
export type ServerStore =
  | { kind: 'sqlite'; file: string }
  | { kind: 'postgres'; host: string; port: number; user: string; password: string; database: string; visibilityDatabase: string };

/** Every port the official server opens; all on loopback, all below 32,768 (a column of its cluster table is that small). */
export interface ServerPorts {
  frontend: number;
  frontendMembership: number;
  history: number;
  historyMembership: number;
  matching: number;
  matchingMembership: number;
  worker: number;
  workerMembership: number;
  metrics: number;
}

/** The configuration file of the official server for one machine. */
export function serverConfig(store: ServerStore, ports: ServerPorts, dynamicConfigFile: string): string {
  return stringify({
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: store.kind === 'sqlite' ? 1 : 4,
      datastores: {
        default: { sql: datastore(store, store.kind === 'sqlite' ? store.file : store.database) },
        visibility: { sql: datastore(store, store.kind === 'sqlite' ? store.file : store.visibilityDatabase) },
      },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      metrics: { prometheus: { framework: 'tally', timerType: 'histogram', listenAddress: `127.0.0.1:${ports.metrics}` } },
    },
    services: {
      frontend: rpc(ports.frontend, ports.frontendMembership),
      history: rpc(ports.history, ports.historyMembership),
      matching: rpc(ports.matching, ports.matchingMembership),
      worker: rpc(ports.worker, ports.workerMembership),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: { active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `127.0.0.1:${ports.frontend}` } },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfigFile, pollInterval: '60s' },
  });
}

/**
 * What differs from the server's defaults, each with its reason. The same keys serve the command line's server, which
 * takes them as arguments.
 */
export const dynamicConfig: Record<string, unknown> = {
  // The worker that asks for an activity gets it in the same answer: one trip less a step.
  'system.enableActivityEagerExecution': true,
  // One machine needs one partition a queue; more only delay tasks and make priorities approximate.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // A process that its code cannot follow is marked as such after two tries instead of five: within seconds.
  'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': 2,
  // The states of processes that the server keeps at hand, some 30 KB each: by itself it keeps 128,000 of them, and each for an hour.
  'history.hostLevelCacheMaxSize': 5_000,
  // No call to the outside.
  'frontend.enableServerVersionCheck': false,
  // A new namespace and its search attributes become usable within a second. Having them read anew with each use costs every process some 24 reads of the store.
  'system.namespaceCacheRefreshInterval': '1s',
  // Bursts of the fault and load tests come from one client.
  'frontend.namespaceRPS': 10_000,
  'frontend.namespaceCount': 10_000,
  'history.persistenceMaxQPS': 50_000,
  'frontend.persistenceMaxQPS': 50_000,
  'matching.persistenceMaxQPS': 50_000,
};

export function dynamicConfigFile(): string {
  return stringify(Object.fromEntries(Object.entries(dynamicConfig).map(([key, value]) => [key, [{ value, constraints: {} }]])));
}

/** The configuration file of Temporal Web. */
/** `codecEndpoint`: where Web has payloads decrypted; it sends the access token of whoever is logged in there. */
export function webConfig(port: number, temporalAddress: string, namespace: string, codecEndpoint?: string): string {
  return stringify({
    host: '127.0.0.1',
    port,
    temporalGrpcAddress: temporalAddress,
    defaultNamespace: namespace,
    enableUi: true,
    cloudUi: false,
    notifyOnNewVersion: false,
    disableNewsFetch: true,
    showTemporalSystemNamespace: false,
    refreshInterval: '0s',
    hideLogs: true,
    ...(codecEndpoint ? { codec: { endpoint: codecEndpoint, passAccessToken: true, includeCredentials: false } } : {}),
    cors: { cookieInsecure: true, allowOrigins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`] },
  });
}

function rpc(grpcPort: number, membershipPort: number) {
  return { rpc: { grpcPort, membershipPort, bindOnLocalHost: true } };
}

function datastore(store: ServerStore, databaseName: string) {
  if (store.kind === 'sqlite') {
    return {
      pluginName: 'sqlite', databaseName, connectAddr: 'localhost', connectProtocol: 'tcp',
      connectAttributes: { mode: 'rwc', setup: 'true', journal_mode: 'WAL', synchronous: 'NORMAL' },
      maxConns: 1, maxIdleConns: 1, maxConnLifetime: '1h',
    };
  }
  return {
    pluginName: 'postgres12_pgx', databaseName, connectAddr: `${store.host}:${store.port}`, connectProtocol: 'tcp',
    user: store.user, password: store.password, maxConns: 20, maxIdleConns: 20, maxConnLifetime: '1h',
  };
}
