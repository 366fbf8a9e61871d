import { openBank } from '../../../adapters/registry.ts';
import { createAdapterTools } from '../../../adapters/tools/exchange.ts';
import { createGuard } from '../../../adapters/tools/guard.ts';
import { transferOf } from '../../adapters/bank/orders.ts';
import { startMockBank, type MockBank } from '../../support/mock-bank.ts';
import { achOrder, achSettings, acmeOrder } from './orders.ts';

const context = { correlationId: 'recording' };
const closedCreditor = 'NL84MOCK0000000003';
const otherPayer = 'NL14MOCK0000000002';

/** Name of a fixture → what mock-bank said, in a fixed course of days. Only the times within a day differ from run to run. */
export async function record(): Promise<Map<string, string>> {
  const mock = await startMockBank();
  try {
    return new Map([...(await recordTransfers(mock)), ...(await recordAch(mock))]);
  } finally {
    await mock.stop();
  }
}

/** What stays the same from run to run. */
export function withoutTimes(text: string): string {
  return text.replace(/T\d\d:\d\d:\d\d/g, 'T00:00:00');
}

async function recordTransfers(mock: MockBank): Promise<[string, string][]> {
  const { bank } = openBank('iso20022', { pain001: 'pain.001.001.09', transport: { kind: 'mock-bank', baseUrl: mock.url } }, createAdapterTools(), createGuard());
  let sent = 0;
  const send = async (messageId: string, transfers: ReturnType<typeof transferOf>[], payer?: string) => {
    const order = acmeOrder(transfers, payer);
    return bank.submitFile(bank.writeFile({ ...order, messageId, batches: order.batches.map((batch) => ({ ...batch, paymentInformationId: `P-T${++sent}` })) }), context);
  };
  const elsewhere = (id: string, minor: string, iban: string) => ({ ...transferOf(id, minor), creditorAccount: { iban } });

  await mock.patch('/_mock/accounts/GLOBEX', { behaviour: 'accept', balance: 1_000_000 });
  const first = [transferOf('PAID', '10000'), elsewhere('CLOSED', '20000', closedCreditor), transferOf('RETURNED', '30050')];
  await send('FIXTURE-1', first);
  await send('FIXTURE-1', first);
  await send('FIXTURE-2', [transferOf('CLOSED-LATER', '40000')], otherPayer);
  await mock.behave('ACME', 'reject-file');
  await send('FIXTURE-3', [transferOf('REFUSED', '50000')]);
  // How an account behaves is looked at when a payment settles.
  await mock.behave('ACME', 'return-later', { days: 2, reason: 'MD07', end_to_end_id: 'E-RETURNED' });
  await mock.patch('/_mock/accounts/GLOBEX', { closed: true });
  for (const date of ['2026-10-02', '2026-10-03', '2026-10-06', '2026-10-07']) await mock.advanceTo(date);

  const { messages } = await bank.fetchMessages(undefined, context);
  const [status, duplicate, , refused, later] = messages.filter(({ kind }) => kind.startsWith('pain.002'));
  const told = (kind: string, word: string) => messages.find((message) => message.kind.startsWith(kind) && message.text.includes(word));
  return named({
    'status-part.xml': status,
    'status-duplicate.xml': duplicate,
    'status-refused-file.xml': refused,
    'status-later-rejection.xml': later,
    'return.xml': told('pacs.004', 'E-RETURNED'),
    'notification-debit.xml': told('camt.054', 'DBIT'),
    'notification-return.xml': told('camt.054', 'RtrInf'),
    'statement.xml': told('camt.053', 'E-PAID'),
  });
}

async function recordAch(mock: MockBank): Promise<[string, string][]> {
  await mock.reset();
  await mock.patch('/_mock/accounts/ACME', { format: 'nacha', currency: 'USD' });
  const { bank } = openBank('nacha', { ...achSettings, transport: { kind: 'mock-bank', baseUrl: mock.url } }, createAdapterTools(), createGuard());
  const order = achOrder();
  const transfers = order.batches[0]?.transfers.map((transfer, at) => ({ ...transfer, endToEndId: at === 0 ? 'E-ACH-PAID' : 'E-ACH-RETURNED' })) ?? [];
  await bank.submitFile(bank.writeFile({ ...order, messageId: 'FIXTURE-ACH', batches: order.batches.map((batch) => ({ ...batch, transfers })) }), context);
  for (const date of ['2026-10-02', '2026-10-03']) await mock.advanceTo(date);
  const { messages } = await bank.fetchMessages(undefined, context);
  return named({
    'ach-acknowledgement.txt': messages.find(({ kind }) => kind === 'nacha.ack'),
    'ach-return.ach': messages.find(({ kind }) => kind === 'nacha.return'),
    'statement.bai': messages.find(({ kind, text }) => kind === 'bai2.statement' && text.includes('E-ACH-PAID')),
  });
}

function named(found: Record<string, { text: string } | undefined>): [string, string][] {
  return Object.entries(found).map(([name, message]) => {
    if (!message) throw new Error(`mock-bank did not say what belongs into ${name}`);
    return [name, message.text];
  });
}
