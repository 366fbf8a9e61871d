import { KontorError } from '../../../domain/errors.ts';
import type { PaymentFile, PaymentOrder } from '../../../domain/model/payment-order.ts';
import { plus, toText, zero, type Exact } from '../../../domain/rules/decimal.ts';
import { currencyDigits, exactAmount } from '../../../domain/rules/money.ts';
import { compactIban } from '../../../domain/rules/payments/iban.ts';
import { orderFaults, type OrderFault } from '../../../domain/rules/payments/order-faults.ts';
import { safeName } from '../transport/names.ts';
import { plainText, sepaText, shortened } from './characters.ts';
import type { Iso20022Config } from './config.ts';
import { pain001Elements, type Pain001Version } from './elements/pain001.ts';
import { writeXml, type Child } from './elements/write-xml.ts';
import { iso20022Faults } from './format-faults.ts';
import { amountOf, remittanceOf, type RemittanceForm } from './remittance.ts';

type Batch = PaymentOrder['batches'][number];
type Transfer = Batch['transfers'][number];
type Account = { iban?: string | undefined; account?: string | undefined; routingNumber?: string | undefined; bic?: string | undefined };

/** Everything that one order has wrong for this format. */
export function pain001Faults(order: PaymentOrder): OrderFault[] {
  const faults = orderFaults(order);
  return faults.length > 0 ? faults : iso20022Faults(order);
}

type Form = Omit<RemittanceForm, 'isSepa'>;

/** Order → pain.001 of one version; the same order gives the same bytes (P7). @throws KontorError `payment-file-invalid`, `iban-invalid` */
export function writePain001(order: PaymentOrder, version: Pain001Version, characterSet: Iso20022Config['characterSet'], { extendedRemittance: extended }: Pick<Iso20022Config, 'extendedRemittance'> = { extendedRemittance: true }): PaymentFile {
  const [first] = pain001Faults(order);
  if (first) throw new KontorError(first.code, first.message, { place: { path: first.path } });
  const transfers = order.batches.flatMap((batch) => batch.transfers);
  const controlSum = controlSumOf(transfers);
  const clean = characterSet === 'sepa' ? sepaText : plainText;
  const groupHeader: Child[] = [
    ['MsgId', order.messageId],
    ['CreDtTm', `${order.createdAt.slice(0, 19)}Z`],
    ['NbOfTxs', String(transfers.length)],
    ['CtrlSum', controlSum],
    ['InitgPty', [['Nm', named(order.initiator.name, clean, 70)], order.initiator.id === undefined ? undefined : ['Id', [['OrgId', [['Othr', [['Id', clean(order.initiator.id)]]]]]]]]],
  ];
  const batches = order.batches.map((batch): Child => ['PmtInf', paymentInformation(order, batch, { version, clean, extended })]);
  const text = writeXml(pain001Elements[version], `urn:iso:std:iso:20022:tech:xsd:${version}`, [['CstmrCdtTrfInitn', [['GrpHdr', groupHeader], ...batches]]]);
  return { messageId: order.messageId, format: version, fileName: `${safeName(order.messageId)}.xml`, mediaType: 'application/xml', text, transfers: transfers.length, controlSum };
}

function paymentInformation(order: PaymentOrder, batch: Batch, form: Form): Child[] {
  const { version, clean } = form;
  const serviceLevel = batch.method === 'sepa' ? 'SEPA' : batch.serviceLevel;
  return [
    ['PmtInfId', batch.paymentInformationId],
    ['PmtMtd', 'TRF'],
    // One booking a transfer: a sum without its parts could not confirm any of them (P8).
    ['BtchBookg', 'false'],
    ['NbOfTxs', String(batch.transfers.length)],
    ['CtrlSum', controlSumOf(batch.transfers)],
    serviceLevel === undefined ? undefined : ['PmtTpInf', [['SvcLvl', [['Cd', serviceLevel]]]]],
    ['ReqdExctnDt', version === 'pain.001.001.03' ? batch.executionDate : [['Dt', batch.executionDate]]],
    ['Dbtr', party(order.debtor, batch, clean)],
    ['DbtrAcct', [...account(order.debtorAccount), ['Ccy', order.debtorAccount.currency]]],
    ['DbtrAgt', agent(order.debtorAccount, version) ?? [['FinInstnId', [['Othr', [['Id', 'NOTPROVIDED']]]]]]],
    ['ChrgBr', batch.chargeBearer],
    ...batch.transfers.map((transfer): Child => ['CdtTrfTxInf', transferInformation(transfer, batch, form)]),
  ];
}

function transferInformation(transfer: Transfer, batch: Batch, form: Form): Child[] {
  const { version, clean } = form;
  const bank = agent(transfer.creditorAccount, version);
  return [
    ['PmtId', [['InstrId', transfer.instructionId], ['EndToEndId', transfer.endToEndId]]],
    ['Amt', [['InstdAmt', amountOf(transfer.amount)]]],
    bank && ['CdtrAgt', bank],
    ['Cdtr', party(transfer.creditor, batch, clean)],
    ['CdtrAcct', account(transfer.creditorAccount)],
    ['RmtInf', remittanceOf(transfer, { ...form, isSepa: batch.method === 'sepa' })],
  ];
}

/** Names of SEPA are cut at 70 characters, as its banks do; elsewhere the country goes along, which SEPA takes only within an address. */
function party({ name, country }: { name: string; country?: string | undefined }, batch: Batch, clean: (text: string) => string): Child[] {
  if (batch.method === 'sepa') return [['Nm', named(name, clean, 70)]];
  return [['Nm', named(name, clean, 140)], country === undefined ? undefined : ['CtryOfRes', country]];
}

/** A name without one letter or digit left says nothing to a bank; empty, it is refused by the table. */
function named(name: string, clean: (text: string) => string, most: number): string {
  const text = shortened(clean(name), most);
  return /[\p{L}\p{N}]/u.test(text) ? text : '';
}

function account({ iban, account: number }: Account): Child[] {
  return [['Id', iban === undefined ? [['Othr', [['Id', number ?? '']]]] : [['IBAN', compactIban(iban)]]]];
}

function agent({ bic, routingNumber }: Account, version: Pain001Version): Child[] | undefined {
  if (bic !== undefined) return [['FinInstnId', [[version === 'pain.001.001.03' ? 'BIC' : 'BICFI', bic]]]];
  return routingNumber === undefined ? undefined : [['FinInstnId', [['ClrSysMmbId', [['ClrSysId', [['Cd', 'USABA']]], ['MmbId', routingNumber]]]]]];
}

/** Sum of the numbers without regard to their currencies, with the fraction digits of the finest. */
function controlSumOf(transfers: Transfer[]): string {
  const total = transfers.reduce<Exact>((sum, { amount }) => plus(sum, exactAmount(amount)), zero);
  const digits = transfers.reduce((most, { amount }) => Math.max(most, currencyDigits(amount.currency)), 0);
  const [whole = '0', fraction = ''] = toText(total).split('.');
  return digits === 0 ? whole : `${whole}.${fraction.padEnd(digits, '0')}`;
}
