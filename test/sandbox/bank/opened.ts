import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBank, type Bank } from '../../../sandbox/bank/bank.ts';
import { behaviourSchema } from '../../../sandbox/bank/model.ts';
import { ledgerOf, type BankLedger } from '../../../sandbox/bank/ledger.ts';
import { Refusal } from '../../../sandbox/shared/http.ts';

export const euro = { number: 'DE02120300000000202051', holder: 'Muster & Söhne GmbH', currency: 'EUR', bic: 'BYLADEM1001', opening: '1000000' };
export const dollar = { number: '1234567890', holder: 'Sample Industries Inc.', currency: 'USD', routingNumber: '021000021', opening: '1000000' };
export const creditor = 'DE75512108001245126199';

export interface OpenedBank {
  bank: Bank;
  /** Real time, which the test sets. */
  setTime(instant: string): void;
  /** A crash: the bank is opened anew from its file. */
  reopen(): void;
  behave(rule: object): void;
  send(text: string, messageId?: string): string;
  messages(kind?: string): { id: string; account: string; kind: string; text: string }[];
  ledger(): BankLedger;
  dispose(): void;
}

/** A bank in this process over a file of its own, on Thursday 2026-10-01 at 09:00 unless the test says otherwise. */
export function openedBank(start = '2026-10-01T09:00:00Z'): OpenedBank {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-bank-'));
  const seed = { accounts: [euro, dollar], behaviours: [] };
  let time = new Date(start);
  let bank = openBank(join(folder, 'bank.jsonl'), [seed], () => time);
  return {
    get bank() {
      return bank;
    },
    setTime: (instant) => void (time = new Date(instant)),
    reopen() {
      bank.close();
      bank = openBank(join(folder, 'bank.jsonl'), [seed], () => time);
    },
    behave: (rule) => bank.behave(behaviourSchema.parse(rule)),
    send(text, messageId = /<MsgId>([^<]*)</.exec(text)?.[1] ?? 'ACH-1') {
      bank.catchUp();
      try {
        bank.receive(text, messageId);
        bank.catchUp();
        return 'taken';
      } catch (error) {
        if (error instanceof Refusal) return error.code;
        throw error;
      }
    },
    messages(kind) {
      bank.catchUp();
      return bank.state.outbox.filter((message) => kind === undefined || message.kind === kind);
    },
    ledger: () => ledgerOf(bank.state, bank.now(), {}),
    dispose() {
      bank.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export interface Transfer {
  id: string;
  amount: string;
  account?: string;
  currency?: string;
}

/** A pain.001 written for these tests alone, so that the bank's reader is not judged by the product's writer. */
export function pain001(messageId: string, transfers: Transfer[], { date = '2026-10-02', version = '09', count = String(transfers.length), sum = total(transfers), debtor = euro.number } = {}): string {
  const day = version === '09' ? `<Dt>${date}</Dt>` : date;
  const transactions = transfers.map(({ id, amount, account = creditor, currency = 'EUR' }) =>
    `<CdtTrfTxInf><PmtId><InstrId>I-${id}</InstrId><EndToEndId>${id}</EndToEndId></PmtId><Amt><InstdAmt Ccy="${currency}">${amount}</InstdAmt></Amt><Cdtr><Nm>A &amp; B</Nm></Cdtr><CdtrAcct><Id><IBAN>${account}</IBAN></Id></CdtrAcct><RmtInf><Ustrd>INV ${id}</Ustrd></RmtInf></CdtTrfTxInf>`);
  return `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.${version}"><CstmrCdtTrfInitn><GrpHdr><MsgId>${messageId}</MsgId><NbOfTxs>${count}</NbOfTxs><CtrlSum>${sum}</CtrlSum></GrpHdr><PmtInf><PmtInfId>P-${messageId}</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt>${day}</ReqdExctnDt><DbtrAcct><Id><IBAN>${debtor}</IBAN></Id></DbtrAcct>${transactions.join('')}</PmtInf></CstmrCdtTrfInitn></Document>`;
}

function total(transfers: Transfer[]): string {
  const cents = transfers.reduce((sum, { amount }) => sum + BigInt(amount.replace('.', '')), 0n);
  return `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}

/** Texts of all elements of a name. */
export function valuesOf(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map(([, value]) => value ?? '');
}
