// Write a payment file from an order: pain.001 or NACHA; --schemas DIR checks it against the official schema too
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { nachaConfigSchema, type NachaConfig } from '../../adapters/bank/nacha/config.ts';
import { allNachaFaults, writeNacha } from '../../adapters/bank/nacha/write-nacha.ts';
import { pain001Versions, type Pain001Version } from '../../adapters/bank/iso20022/elements/pain001.ts';
import { schemaCheck } from '../../adapters/bank/iso20022/schemas.ts';
import { pain001Faults, writePain001 } from '../../adapters/bank/iso20022/write-pain001.ts';
import { jsonFaultAt } from '../../documents/json-fault.ts';
import { escapeForDisplay } from '../../documents/suspicious-text.ts';
import { placeAt } from '../../documents/xml/guard.ts';
import { KontorError, problem, problemOf, type Problem } from '../../domain/errors.ts';
import { paymentOrderSchema, type PaymentFile, type PaymentOrder } from '../../domain/model/payment-order.ts';
import type { OrderFault } from '../../domain/rules/payments/order-faults.ts';

const formats = [...pain001Versions, 'nacha'] as const;
type Format = (typeof formats)[number];

const usage = `Usage: kontor payment-file RUN.json [options]

Prints the file that a bank is sent for an order (docs/payment-files.md has the form of RUN.json). The same order always gives the
same bytes. An order that cannot be paid as it stands prints nothing; every fault goes to stderr as
  {"file", "ok": false, "problems": [{"code", "message", "remedy", "place"}]}

Options
  --format FORMAT     ${formats.join(', ')}; without it nacha for ACH batches, else ${pain001Versions[0]}
  --schemas DIR       check a pain.001 against the official schema in this folder as well
  --utf-8             leave names and texts as they are instead of writing them in the SEPA character set
  --basic-remittance  the documents of a SEPA transfer in one line, for a bank without extended remittance information
  --origin DIGITS     nacha: immediate origin; without it the account or routing number of the payer
  --company-id ID     nacha: company identification; without it the account number of the payer
  --help              this text

Exit code: 0, 1 when the order is refused, 2 when the command line is.`;

export async function run(args: string[]): Promise<number> {
  let options: ReturnType<typeof optionsOf>;
  try {
    options = optionsOf(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const written = write(options);
  if ('problems' in written) {
    console.error(escapeForDisplay(JSON.stringify({ file: options.path, ok: false, problems: written.problems })));
    return 1;
  }
  await new Promise<void>((resolve, reject) => process.stdout.write(written.text, (error) => (error ? reject(error) : resolve())));
  return 0;
}

function optionsOf(args: string[]) {
  const text = { type: 'string' } as const;
  const yes = { type: 'boolean' } as const;
  const { values, positionals } = parseArgs({ args: args.filter((arg) => arg !== '--'), options: { help: { ...yes, short: 'h' }, format: text, schemas: text, 'utf-8': yes, 'basic-remittance': yes, origin: text, 'company-id': text }, allowPositionals: true });
  const [path = ''] = positionals;
  if (!values.help && positionals.length !== 1) throw new Error('One file is needed.');
  if (values.format !== undefined && !isFormat(values.format)) throw new Error(`${values.format} is none of the formats ${formats.join(', ')}.`);
  return { ...values, path, format: values.format as Format | undefined };
}

function isFormat(text: string): text is Format {
  return formats.some((format) => format === text);
}

type Options = ReturnType<typeof optionsOf>;

function write(options: Options): PaymentFile | { problems: Problem[] } {
  try {
    const read = readOrder(options.path);
    if ('problems' in read) return read;
    const format = options.format ?? (read.order.batches.some(({ method }) => method === 'ach') ? 'nacha' : pain001Versions[0]);
    return format === 'nacha' ? writeAch(read.order, options) : writeIso(read.order, format, options);
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    return { problems: [problemOf(error)] };
  }
}

function readOrder(path: string): { order: PaymentOrder } | { problems: Problem[] } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { problems: [problem('document-unreadable', `The file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`, { file: path })] };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const place = placeAt(text, jsonFaultAt(text));
    return { problems: [problem('payment-order-malformed', `Line ${place.line}, column ${place.column} cannot belong to JSON.`, { file: path, ...place })] };
  }
  const parsed = paymentOrderSchema.safeParse(json);
  return parsed.success ? { order: parsed.data } : { problems: parsed.error.issues.map((issue) => malformed(issue, path)) };
}

function malformed(issue: z.core.$ZodIssue, file: string): Problem {
  const path = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('').replace(/^\./, '');
  return problem('payment-order-malformed', `${path || 'The order'}: ${issue.message}.`, { file, path });
}

function writeIso(order: PaymentOrder, version: Pain001Version, options: Options): PaymentFile | { problems: Problem[] } {
  const faults = pain001Faults(order);
  if (faults.length > 0) return refused(faults, options.path);
  const file = writePain001(order, version, options['utf-8'] ? 'utf-8' : 'sepa', { extendedRemittance: !options['basic-remittance'] });
  if (options.schemas !== undefined) schemaCheck(options.schemas, version)(file);
  return file;
}

function writeAch(order: PaymentOrder, options: Options): PaymentFile | { problems: Problem[] } {
  const config = achConfig(order, options);
  const faults = allNachaFaults(order, config);
  return faults.length > 0 ? refused(faults, options.path) : writeNacha(order, config);
}

/** What an installation has in its entity's file is taken from the payer here. */
function achConfig({ debtorAccount: { account = '', routingNumber = '' }, initiator }: PaymentOrder, options: Options): NachaConfig {
  const parsed = nachaConfigSchema.safeParse({
    immediateDestination: routingNumber,
    immediateOrigin: options.origin ?? (/^\d{9,10}$/.test(account) ? account : routingNumber),
    originName: initiator.name.replace(/[^\x20-\x7e]/g, '').slice(0, 23),
    ...(options['company-id'] === undefined ? {} : { companyId: options['company-id'] }),
    transport: { kind: 'folder', outbox: '.', inbox: '.' },
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const places: Record<string, string> = { immediateDestination: 'debtorAccount.routingNumber', immediateOrigin: '--origin', originName: 'initiator.name', companyId: '--company-id' };
  throw new KontorError('payment-file-invalid', `An ACH file cannot be headed: ${issue?.message}.`, { place: { file: options.path, path: places[String(issue?.path[0])] ?? '' } });
}

function refused(faults: OrderFault[], file: string): { problems: Problem[] } {
  return { problems: faults.map(({ code, message, path }) => problem(code, message, { file, path })) };
}
