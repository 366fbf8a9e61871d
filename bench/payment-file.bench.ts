import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { schemaCheck } from '../adapters/bank/iso20022/schemas.ts';
import { writePain001 } from '../adapters/bank/iso20022/write-pain001.ts';
import { writeNacha } from '../adapters/bank/nacha/write-nacha.ts';
import { nachaConfigSchema } from '../adapters/bank/nacha/config.ts';
import { paymentOrderSchema, type PaymentFile, type PaymentOrder } from '../domain/model/payment-order.ts';
import { routingCheckDigit } from '../domain/rules/payments/routing-number.ts';
import { remainder97 } from '../domain/rules/cash-application/creditor-reference.ts';
import { publicData } from '../test/documents/invoice/public-files.ts';

export const summary = 'payment files: an order of 10,000 transfers checked, written and validated against the official schema';

type Transfer = PaymentOrder['batches'][number]['transfers'][number];

const achConfig = nachaConfigSchema.parse({ immediateDestination: '021000021', immediateOrigin: '1234567890', originName: 'SAMPLE', transport: { kind: 'folder', outbox: '.', inbox: '.' } });

/** Arguments: transfers (10000). */
export function run(args: string[]) {
  const transfers = Number(args[0] ?? 10_000);
  const [sepa, ach] = [orderOf(transfers, 'sepa'), orderOf(transfers, 'ach')];
  for (const order of [sepa, ach]) paymentOrderSchema.parse(order);
  const rows = [
    ...(['pain.001.001.09', 'pain.001.001.03'] as const).map((version) => ({ format: version, transfers, ...measured(() => writePain001(sepa, version, 'sepa'), checkOf(version)) })),
    { format: 'nacha', transfers, ...measured(() => writeNacha(ach, achConfig), undefined) },
  ];
  return Promise.resolve({ name: 'payment-file', rows, notes: [`Every fourth transfer pays three documents, one of them a credit note. Writing includes all checks of the order and of every element. Load of the machine: ${loadavg().map((load) => Math.round(load)).join(', ')}.`] });
}

function checkOf(version: string): ((file: PaymentFile) => void) | undefined {
  const folder = join(publicData, 'bank/xsd');
  return existsSync(folder) ? schemaCheck(folder, version) : undefined;
}

function measured(write: () => PaymentFile, check: ((file: PaymentFile) => void) | undefined): Record<string, string | number> {
  const [written, file] = timed(write);
  const [validated] = check ? timed(() => check(file)) : [undefined];
  return { 'written s': written.seconds, 'written CPU s': written.cpu, 'validated s': validated?.seconds ?? 'no schema', 'validated CPU s': validated?.cpu ?? 'no schema', 'file MB': Number((Buffer.byteLength(file.text) / 1e6).toPrecision(3)) };
}

function timed<Result>(work: () => Result): [{ seconds: number; cpu: number }, Result] {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const result = work();
  const { user, system } = process.cpuUsage(cpu);
  return [{ seconds: Number(((performance.now() - start) / 1000).toPrecision(3)), cpu: Number(((user + system) / 1e6).toPrecision(3)) }, result];
}

function orderOf(count: number, method: 'sepa' | 'ach'): PaymentOrder {
  const ach = method === 'ach';
  return {
    schemaVersion: 1,
    runId: 'BENCH',
    messageId: 'BENCH',
    createdAt: '2026-11-23T09:00:00.000Z',
    initiator: { name: 'Muster Maschinenbau GmbH' },
    debtor: { name: 'Muster Maschinenbau GmbH', country: 'DE' },
    debtorAccount: { id: 'main', holder: 'Muster', currency: ach ? 'USD' : 'EUR', ...(ach ? { account: '1234567890', routingNumber: '021000021', calendar: 'fed' } : { iban: 'DE02120300000000202051', bic: 'BYLADEM1001', calendar: 't2' }) },
    batches: [{ paymentInformationId: 'BENCH-1', executionDate: '2026-11-24', method, chargeBearer: 'SLEV', transfers: Array.from({ length: count }, (_, at) => transferOf(at, ach)) }],
  };
}

function transferOf(at: number, ach: boolean): Transfer {
  const currency = ach ? 'USD' : 'EUR';
  const document = (number: string, kind: 'invoice' | 'credit-note', minor: number) => ({ number, class: kind, issueDate: '2026-11-01', amount: { currency, minor: String(minor) } });
  const documents = at % 4 === 0 ? [document(`RE-${at}-1`, 'invoice', 10_000 + at), document(`RE-${at}-2`, 'invoice', 500), document(`GU-${at}`, 'credit-note', 100)] : [document(`RE-${at}`, 'invoice', 10_000 + at)];
  const minor = documents.reduce((sum, { class: kind, amount }) => sum + (kind === 'invoice' ? 1n : -1n) * BigInt(amount.minor), 0n);
  const bank = String(7_100_000 + (at % 9000)).padStart(8, '0');
  return {
    endToEndId: `E${at}`,
    instructionId: `I${at}`,
    amount: { currency, minor: minor.toString() },
    creditor: { name: `Müller & Söhne Łódź ${at}`, country: 'DE' },
    creditorAccount: ach ? { account: String(1000 + at), routingNumber: `${bank}${routingCheckDigit(bank)}` } : { iban: germanIban(at) },
    documents,
  };
}

function germanIban(at: number): string {
  const bban = `51210800${String(at).padStart(10, '0')}`;
  return `DE${String(98 - remainder97(`${bban}DE00`)).padStart(2, '0')}${bban}`;
}
