import type { Money } from '../../../domain/model/money.ts';
import { toDecimalText } from '../../../domain/rules/money.ts';
import type { Account } from '../model.ts';
import { el, optional, text, type Element } from '../write-xml.ts';

/** Pieces that several messages of the bank share. */

/** ISO 20022 amounts carry no sign: the direction is said beside them. */
export function amount(name: string, money: Money): Element {
  return text(name, unsigned(money), { Ccy: money.currency });
}

export function unsigned({ currency, minor }: Money): string {
  return toDecimalText({ currency, minor: minor.replace('-', '') });
}

export function direction(money: Money): Element {
  return text('CdtDbtInd', money.minor.startsWith('-') ? 'DBIT' : 'CRDT');
}

export function accountId(number: string): Element {
  return el('Id', isIban(number) ? text('IBAN', number) : el('Othr', text('Id', number)));
}

/** The account as statements and notifications name it, with its holder and the bank itself. */
export function ownAccount({ number, currency, holder, bic, routingNumber }: Account): Element {
  const bank = bic !== undefined ? text('BICFI', bic) : el('ClrSysMmbId', text('MmbId', routingNumber ?? ''));
  return el('Acct', accountId(number), text('Ccy', currency), el('Ownr', text('Nm', holder)), el('Svcr', el('FinInstnId', bank)));
}

export function reason(code: string, parent = 'Rsn'): Element {
  return el(parent, text('Cd', code));
}

export function instant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

export function account(name: string, number: string | undefined): Element | undefined {
  return number === undefined ? undefined : el(name, accountId(number));
}

export function bankTransactionCode(family: string, subFamily: string, name = 'BkTxCd'): Element {
  return el(name, el('Domn', text('Cd', 'PMNT'), el('Fmly', text('Cd', family), text('SubFmlyCd', subFamily))));
}

export function party(name: string, holder: string | undefined): Element | undefined {
  return holder === undefined ? undefined : el(name, el('Pty', optional('Nm', holder)));
}

function isIban(number: string): boolean {
  return /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(number);
}
