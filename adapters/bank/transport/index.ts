import type { BankPort } from '../../ports/bank.ts';
import type { BankTransport } from '../../ports/bank-transport.ts';
import type { AdapterDefinition, AdapterTools } from '../../ports/definition.ts';
import type { TransportConfig } from './config.ts';
import { createFolderTransport } from './folder.ts';
import { createHttpTransport } from './http.ts';
import { createMockBankTransport } from './mock-bank.ts';

/** A new way to a bank is one file with a `BankTransport`, one schema in `config.ts` and one case here. */
export function openTransport(config: TransportConfig, tools: AdapterTools): BankTransport {
  switch (config.kind) {
    case 'http':
      return createHttpTransport(config, tools);
    case 'folder':
      return createFolderTransport(config, tools);
    case 'mock-bank':
      return createMockBankTransport(config, tools);
  }
}

/** What an adapter's definition must say and only its transport knows. */
export const transportFacts = {
  settleWindowMs: ({ transport }) => transport.settleWindowMs,
  longestCallMs: ({ transport }) => (transport.kind === 'folder' ? transport.settleWindowMs : transport.timeoutMs),
  counterpart: ({ transport }) => (transport.kind === 'folder' ? transport.outbox : gateOf(transport.baseUrl)),
} as const satisfies Pick<AdapterDefinition<BankPort, { transport: TransportConfig }>, 'settleWindowMs' | 'longestCallMs' | 'counterpart'>;

/** The calls of the port that no format has a say in. */
export function transported(transport: BankTransport): Omit<BankPort, 'writeFile'> {
  return {
    submitFile: (file, context) => transport.put(file, context),
    findSubmission: (messageId, context) => transport.find(messageId, context),
    ...(transport.verifyPayee ? { verifyPayee: (payee, context) => transport.verifyPayee!(payee, context) } : {}),
    fetchMessages: (cursor, context) => transport.fetch(cursor, context),
  };
}

/** One host may carry several services; each has a gate of its own. */
function gateOf(baseUrl: string): string {
  const { host, pathname } = new URL(baseUrl);
  return `${host}${pathname}`;
}
