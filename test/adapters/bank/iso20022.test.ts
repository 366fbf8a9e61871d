import { expect, it } from 'vitest';
import { openBank } from '../../../adapters/registry.ts';
import { createAdapterTools } from '../../../adapters/tools/exchange.ts';
import { createGuard } from '../../../adapters/tools/guard.ts';
import { describeBankContract } from '../contracts/bank.ts';
import { startDialectBank } from './dialect-bank.ts';
import { sepaOrder } from './orders.ts';

const patient = { limits: { breaker: { failures: 1_000, openMs: 1 }, rate: { perSecond: 10_000, burst: 10_000 } } };

describeBankContract('iso20022 over HTTP', async () => {
  const counterpart = await startDialectBank();
  const settings = { pain001: 'pain.001.001.09', transport: { kind: 'http', baseUrl: counterpart.url, timeoutMs: 2_000 } };
  return { ...openBank('iso20022', settings, createAdapterTools(), createGuard(patient)), order: sepaOrder, counterpart };
}, { faults: true, payees: 'not-answered' });

it('sends the message id, the type and the correlation id beside the file', async () => {
  const counterpart = await startDialectBank();
  const { bank } = openBank('iso20022', { pain001: 'pain.001.001.03', transport: { kind: 'http', baseUrl: counterpart.url.replace(/\/$/, '') } }, createAdapterTools(), createGuard());
  const file = bank.writeFile(sepaOrder());
  await bank.submitFile(file, { correlationId: 'c-1' });
  expect(counterpart.headers).toMatchObject([{ 'x-message-id': file.messageId, 'content-type': 'application/xml; charset=utf-8', 'x-correlation-id': 'c-1' }]);
  await counterpart.close();
});

it.each([
  [{}, 'bank.settings.pain001'],
  [{ pain001: 'pain.001.001.02', transport: { kind: 'http', baseUrl: 'http://bank' } }, 'bank.settings.pain001'],
  [{ pain001: 'pain.001.001.09', transport: { kind: 'http', baseUrl: 'ftp://bank' } }, 'bank.settings.transport.baseUrl'],
  [{ pain001: 'pain.001.001.09', transport: { kind: 'pigeon' } }, 'bank.settings.transport.kind'],
  [{ pain001: 'pain.001.001.09', schemas: '/nowhere', transport: { kind: 'http', baseUrl: 'http://bank' } }, 'bank.settings.schemas'],
])('settings %j are refused at %s', (settings, path) => {
  expect(() => openBank('iso20022', settings, createAdapterTools(), createGuard())).toThrow(expect.objectContaining({ code: 'request-invalid', place: expect.objectContaining({ path }) as object }));
});

it('names the adapters that there are', () => {
  expect(() => openBank('other', {}, createAdapterTools(), createGuard())).toThrow(/no bank adapter other; the adapters are .*iso20022/);
});
