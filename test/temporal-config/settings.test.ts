import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dynamicConfigFile, serverConfig, webConfig } from '../../temporal-config/server/config.ts';
import { readSettings, settingsEnvironment } from '../../temporal-config/settings.ts';

describe('settings', () => {
  it('have a default for everything that a local installation needs', () => {
    expect(readSettings({})).toMatchObject({
      namespace: 'kontor-finance-dev', bindAddress: '127.0.0.1', apiPort: 8440, sandboxPort: 8450, sandboxUrl: 'http://127.0.0.1:8450',
      databaseUrl: undefined, temporalAddress: undefined, nodeEnv: 'development',
    });
  });

  it('take the documented variables', () => {
    const settings = readSettings({
      DATABASE_URL: 'postgres://u:p@db:5432/books', TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_NAMESPACE: 'finance', KONTOR_API_PORT: '9000', KONTOR_STATE: '/var/lib/state',
    });
    expect(settings).toMatchObject({ databaseUrl: 'postgres://u:p@db:5432/books', temporalAddress: 'temporal:7233', namespace: 'finance', apiPort: 9000, stateDir: '/var/lib/state' });
    expect(settings.keyRingFile).toBe('/var/lib/state/keys/payload-keys.json');
  });

  it.each([
    ['a misspelt name', { KONTOR_API_PROT: '9000' }, /KONTOR_API_PROT is not a setting of Kontor/],
    ['a port that is a word', { KONTOR_API_PORT: 'http' }, /KONTOR_API_PORT is "http"; expected a port number/],
    ['a port out of range', { KONTOR_SANDBOX_PORT: '65536' }, /KONTOR_SANDBOX_PORT is "65536"/],
    ['an address without a port', { TEMPORAL_ADDRESS: 'temporal' }, /TEMPORAL_ADDRESS is "temporal"; expected HOST:PORT/],
    ['a store that does not exist', { KONTOR_TEMPORAL_STORE: 'oracle' }, /expected one of sqlite, postgres/],
    ['a limit of nothing', { KONTOR_REQUESTS_PER_MINUTE: '0' }, /KONTOR_REQUESTS_PER_MINUTE is "0"; expected a whole number/],
    ['a proxy by its name', { KONTOR_TRUSTED_PROXIES: '10.0.0.1,proxy' }, /expected addresses or networks/],
    ['a network that is too wide a number', { KONTOR_TRUSTED_PROXIES: '10.0.0.0/33' }, /expected addresses or networks/],
    ['a database of another kind', { DATABASE_URL: 'mysql://u:very-secret@db/books' }, /DATABASE_URL is not a URL that starts with postgres:/],
  ])('refuse %s', (_what, env, message) => {
    expect(() => readSettings(env)).toThrow(message);
  });

  it('never repeat a password in a message', () => {
    let message = 'nothing was thrown';
    try {
      readSettings({ DATABASE_URL: 'mysql://u:very-secret@db/books' });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('DATABASE_URL');
    expect(message).not.toContain('very-secret');
  });

  it('reach a child process unchanged', () => {
    const settings = readSettings({
      DATABASE_URL: 'postgres://u:p@127.0.0.1:5440/kontor', TEMPORAL_ADDRESS: '127.0.0.1:7233', TEMPORAL_NAMESPACE: 'finance', KONTOR_API_PORT: '9001',
      KONTOR_SANDBOX_PORT: '9002', KONTOR_SANDBOX_URL: 'http://127.0.0.1:9002', KONTOR_STATE: '/state', KONTOR_LOG_LEVEL: 'warn', NODE_ENV: 'production',
      KONTOR_BIND_ADDRESS: '127.0.0.2', KONTOR_WORKER_METRICS_PORT: '9003', KONTOR_KEY_RING: '/state/ring.json', KONTOR_OIDC_ISSUER: 'https://issuer.example', KONTOR_ERP_POLL_MS: '500',
      KONTOR_REQUESTS_PER_MINUTE: '100', KONTOR_HEAVY_REQUESTS_PER_MINUTE: '3', KONTOR_STRANGER_REQUESTS_PER_MINUTE: '7', KONTOR_TRUSTED_PROXIES: '10.0.0.0/8, ::1', KONTOR_BANK_SCHEMAS: '/srv/schemas',
    });
    expect(settings).toMatchObject({ requestLimits: { person: 100, heavy: 3, stranger: 7 }, trustedProxies: ['10.0.0.0/8', '::1'], bankSchemas: '/srv/schemas' });
    expect(readSettings(settingsEnvironment(settings, {}))).toEqual(settings);
  });

  it('that are absent stay absent in a child process', () => {
    expect(settingsEnvironment(readSettings({}), { DATABASE_URL: 'postgres://u:p@elsewhere/kontor' })).not.toHaveProperty('DATABASE_URL');
  });
});

describe("the local server's configuration", () => {
  const ports = { frontend: 1, frontendMembership: 2, history: 3, historyMembership: 4, matching: 5, matchingMembership: 6, worker: 7, workerMembership: 8, metrics: 9 };

  it('binds every service to loopback and keeps both stores in the one file', () => {
    const config = parse(serverConfig({ kind: 'sqlite', file: '/state/server.db' }, ports, '/state/dynamic.yaml'));
    expect(Object.values(config.services as Record<string, { rpc: { bindOnLocalHost: boolean } }>).map(({ rpc }) => rpc.bindOnLocalHost)).toEqual([true, true, true, true]);
    expect(config.global.metrics.prometheus.listenAddress).toBe('127.0.0.1:9');
    expect([config.persistence.datastores.default.sql.databaseName, config.persistence.datastores.visibility.sql.databaseName]).toEqual(['/state/server.db', '/state/server.db']);
  });

  it('names the codec endpoint in the configuration of Web once there is one', () => {
    expect(parse(webConfig(1, '127.0.0.1:2', 'finance', 'http://127.0.0.1:3/codec'))).toMatchObject({ codec: { endpoint: 'http://127.0.0.1:3/codec', passAccessToken: true } });
    expect(parse(webConfig(1, '127.0.0.1:2', 'finance'))).not.toHaveProperty('codec');
  });

  it('hands out activities eagerly', () => {
    expect(parse(dynamicConfigFile())).toHaveProperty(['system.enableActivityEagerExecution', 0, 'value'], true);
  });
});
