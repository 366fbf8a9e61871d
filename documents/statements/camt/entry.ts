import { isPlainDate } from '../../../domain/calendar/plain-date.ts';
import { KontorError, type Place } from '../../../domain/errors.ts';
import type { Counterparty, EntryDetail, StatementEntry, StatementReferences } from '../../../domain/model/bank-statement.ts';
import type { Money } from '../../../domain/model/money.ts';
import { readAmount, shown } from '../amounts.ts';
import { given, plain } from '../plain-text.ts';
import { all, first, textAt, type Element } from './stream.ts';

/** One Ntry of `account` → entry. The sign comes from CdtDbtInd alone; RvslInd only marks (SI-5). Several TxDtls stay as details (SI-9). */
export function readEntry(element: Element, path: string, account?: string): StatementEntry {
  const amount = signedAmount(element, path);
  const reversal = textAt(element, 'RvslInd') === 'true' || textAt(element, 'RvslInd') === '1';
  const transactions = [...all(element, 'NtryDtls/TxDtls'), ...all(element, 'TxDtls')];
  const details = transactions.map((transaction, index) => readDetail(transaction, amount, reversal, `${path}/NtryDtls/TxDtls${transactions.length > 1 ? `[${index + 1}]` : ''}`, transactions.length === 1, account));
  const only = details.length === 1 ? details[0] : undefined;
  const bank = textAt(element, 'AcctSvcrRef') ?? only?.references.bank;
  const message = textAt(element, 'NtryDtls/Btch/MsgId', 'Btch/MsgId');
  const paymentInformation = textAt(element, 'NtryDtls/Btch/PmtInfId', 'Btch/PmtInfId');
  const batches = [...all(element, 'NtryDtls/Btch'), ...all(element, 'Btch')]; // version 01 has them on the entry
  const count = batches.length === 1 ? textAt(batches[0], 'NbOfTxs') : undefined;
  const bookingDate = dateAt(element, 'BookgDt', path);
  const valueDate = dateAt(element, 'ValDt', path);
  const code = codeOf(element);
  const instructed = details.length === 0 ? orderedIn(element, amount, amount.minor.startsWith('-'), path) : undefined;
  const facts = only ?? { references: {}, text: '', ...(instructed ? { instructed } : {}) };
  return {
    ...(bookingDate ? { bookingDate } : {}),
    ...(valueDate ? { valueDate } : {}),
    status: statusOf(element, path),
    ...(reversal ? { reversal: true as const } : {}),
    ...(code ? { code } : {}),
    ...facts,
    amount,
    references: { ...(message ? { message } : {}), ...(paymentInformation ? { paymentInformation } : {}), ...facts.references, ...(bank ? { bank } : {}) },
    text: facts.text || plain(textAt(element, 'AddtlNtryInf') ?? ''),
    ...(count !== undefined && /^[1-9]\d{0,14}$/.test(count) ? { transactions: Number(count) } : {}),
    ...(details.length > 1 ? { details } : {}),
  };
}

/** Amt with Ccy and CdtDbtInd → signed money; used for entries and balances alike. */
export function signedAmount(element: Element, path: string): Money {
  const amount = amountAt(element, 'Amt', path);
  if (!amount) throw missing(element, `${path}/Amt`);
  const mark = textAt(element, 'CdtDbtInd');
  if (mark !== 'CRDT' && mark !== 'DBIT') throw new KontorError('statement-field-missing', `Line ${element.line}: CdtDbtInd must be CRDT or DBIT.`, { place: { line: element.line, path: `${path}/CdtDbtInd` } });
  return mark === 'DBIT' ? negated(amount) : amount;
}

export function dateAt(element: Element, name: string, path: string): string | undefined {
  const holder = first(element, name);
  const text = textAt(holder, 'Dt', 'DtTm') ?? (holder && holder.children.length === 0 ? holder.text.trim() || undefined : undefined);
  if (text === undefined) return undefined;
  const date = text.slice(0, 10);
  if (!isPlainDate(date) || !/^(T|Z|[+-]\d{2}:\d{2}$|$)/.test(text.slice(10)))
    throw new KontorError('statement-date-malformed', `Line ${holder?.line ?? element.line}: ${shown(text)} is no date.`, { place: { line: holder?.line ?? element.line, path: `${path}/${name}` } });
  return date;
}

export function missing(element: Element, path: string): KontorError {
  return new KontorError('statement-field-missing', `Line ${element.line}: ${path} is missing.`, { place: { line: element.line, path } });
}

function readDetail(element: Element, whole: Money, reversal: boolean, path: string, only: boolean, account: string | undefined): EntryDetail {
  const own = amountAt(element, 'Amt', path) ?? amountAt(element, 'AmtDtls/TxAmt/Amt', path) ?? amountAt(element, 'AmtDtls/InstdAmt/Amt', path);
  const debit = (textAt(element, 'CdtDbtInd') ?? (whole.minor.startsWith('-') ? 'DBIT' : 'CRDT')) === 'DBIT';
  const booked = only ? whole : own && bookedIn(element, own, whole.currency, debit, path);
  const instructed = booked && orderedIn(element, booked, debit, path);
  const endToEndId = given(textAt(element, 'Refs/EndToEndId'));
  // A reversal keeps the parties of the payment that it takes back.
  const counterparty = otherSide(element, debit === reversal ? 'Dbtr' : 'Cdtr', account);
  const returnReason = textAt(element, 'RtrInf/Rsn/Cd', 'RtrInf/Rsn/Prtry', 'RtrInf/RtrRsn/Cd', 'RtrInf/RtrRsn/Prtry');
  return {
    ...(booked ? { amount: booked } : {}),
    ...(instructed ? { instructed } : {}),
    ...(endToEndId ? { endToEndId } : {}),
    references: referencesOf(element),
    ...(counterparty ? { counterparty } : {}),
    text: textOf(element),
    ...(returnReason ? { returnReason } : {}),
  };
}

function referencesOf(element: Element): StatementReferences {
  const refs = first(element, 'Refs');
  const remittance = [...all(element, 'RmtInf/Strd/CdtrRefInf/Ref'), ...all(element, 'RmtInf/Strd/CdtrRefInf/CdtrRef'), ...all(element, 'RmtInf/Strd/RfrdDocInf/Nb'), ...all(element, 'RmtInf/Strd/RfrdDocInf/RfrdDocNb')]
    .map((found) => found.text.trim())
    .filter((text) => text !== '');
  const paths: [Exclude<keyof StatementReferences, 'remittance'>, string[]][] = [
    ['bank', ['AcctSvcrRef']],
    ['message', ['MsgId']],
    ['paymentInformation', ['PmtInfId']],
    ['instruction', ['InstrId']],
    ['transaction', ['TxId', 'AcctOwnrTxId']],
    ['uetr', ['UETR']],
    ['mandate', ['MndtId']],
    ['cheque', ['ChqNb']],
  ];
  const stated = paths.flatMap(([key, names]) => {
    const text = given(textAt(refs, ...names));
    return text ? [[key, text] as const] : [];
  });
  return { ...Object.fromEntries(stated), ...(remittance.length > 0 ? { remittance } : {}) };
}

/** A return may keep the parties as well without being marked: who holds the account itself is never the other side. */
function otherSide(element: Element, role: 'Dbtr' | 'Cdtr', account: string | undefined): Counterparty | undefined {
  const party = counterpartyOf(element, role);
  return party?.account !== undefined && party.account === account ? (counterpartyOf(element, role === 'Dbtr' ? 'Cdtr' : 'Dbtr') ?? party) : party;
}

/** Version 08 wraps a party in Pty; older agents carry BIC, newer ones BICFI. */
function counterpartyOf(element: Element, role: 'Dbtr' | 'Cdtr'): Counterparty | undefined {
  const parties = first(element, 'RltdPties');
  const agents = first(element, 'RltdAgts');
  const name = textAt(parties, `${role}/Nm`, `${role}/Pty/Nm`, `${role}/Agt/FinInstnId/Nm`, `Ultmt${role}/Nm`, `Ultmt${role}/Pty/Nm`);
  const account = textAt(parties, ...['IBAN', 'Othr/Id', 'BBAN', 'UPIC', 'PrtryAcct/Id'].map((kind) => `${role}Acct/Id/${kind}`));
  const bank = textAt(agents, ...['BICFI', 'BIC', 'ClrSysMmbId/MmbId', 'Nm'].map((kind) => `${role}Agt/FinInstnId/${kind}`));
  return name || account || bank ? { ...(name ? { name: plain(name) } : {}), ...(account ? { account } : {}), ...(bank ? { bank } : {}) } : undefined;
}

function textOf(element: Element): string {
  const lines = [cutText(all(element, 'RmtInf/Ustrd').map((found) => found.text)), ...all(element, 'RmtInf/Strd/AddtlRmtInf').map((found) => found.text)];
  return plain(lines.join(' ')) || plain(textAt(element, 'AddtlTxInf') ?? '');
}

/** Banks that carry a text over cut it at the length of a line or of the element, also in the middle of a word. */
function cutText(lines: string[]): string {
  const cut = lines.length > 1 && (lines.slice(0, -1).every(({ length }) => length === 35) || lines.slice(0, -1).every(({ length }) => length === 140));
  return lines.join(cut ? '' : ' ');
}

function statusOf(element: Element, path: string): StatementEntry['status'] {
  const status = textAt(element, 'Sts/Cd', 'Sts');
  if (status === 'BOOK') return 'booked';
  if (status === 'PDNG' || status === 'FUTR') return 'pending';
  if (status === 'INFO') return 'information';
  throw new KontorError('statement-field-missing', `Line ${element.line}: the status must be BOOK, PDNG, FUTR or INFO.`, { place: { line: element.line, path: `${path}/Sts` } });
}

function codeOf(element: Element): string | undefined {
  const codes = ['Cd', 'Fmly/Cd', 'Fmly/SubFmlyCd'].map((step) => textAt(element, `BkTxCd/Domn/${step}`)).filter((code) => code !== undefined);
  return codes.length > 0 ? codes.join('/') : textAt(element, 'BkTxCd/Prtry/Cd');
}

function amountAt(element: Element, name: string, path: string): Money | undefined {
  const found = first(element, name);
  if (!found) return undefined;
  const place: Place = { line: found.line, path: `${path}/${name}` };
  return readAmount(found.text.trim().replace(/^\+/, ''), found.currency, '.', false, place);
}

/** A payment of a batch in the currency of the entry, where any of its amounts is; else the amount that it states first. */
function bookedIn(element: Element, stated: Money, currency: string, debit: boolean, path: string): Money {
  const other = stated.currency === currency ? undefined : ['AmtDtls/TxAmt/Amt', 'AmtDtls/CntrValAmt/Amt', 'AmtDtls/InstdAmt/Amt'].find((name) => first(element, name)?.currency === currency);
  const found = (other === undefined ? undefined : toldBeside(element, other, path)) ?? stated;
  return debit ? negated(found) : found;
}

/** What was ordered in another currency than that of the booking: the instructed amount, or, where the bank names none, that of the transaction. */
function orderedIn(element: Element, booked: Money, debit: boolean, path: string): Money | undefined {
  const name = ['AmtDtls/InstdAmt/Amt', 'AmtDtls/TxAmt/Amt', 'Amt'].find((path) => first(element, path) !== undefined);
  if (name === undefined || first(element, name)?.currency === booked.currency) return undefined;
  const ordered = toldBeside(element, name, path);
  return ordered && debit ? negated(ordered) : ordered;
}

/** An amount that is only told beside the one that counts: where it cannot be read it is left out, and refuses nothing. */
function toldBeside(element: Element, name: string, path: string): Money | undefined {
  try {
    return amountAt(element, name, path);
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    return undefined;
  }
}

function negated(amount: Money): Money {
  return amount.minor === '0' ? amount : { ...amount, minor: amount.minor.startsWith('-') ? amount.minor.slice(1) : `-${amount.minor}` };
}
