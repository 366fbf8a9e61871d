import type { Payable, PayeeAccount } from '../../model/payment.ts';
import { groupedBy } from '../grouping.ts';
import { describeMoney, minorOf, sumMoney } from '../money.ts';
import { blocksOpenItem } from './bank-status.ts';
import { isPaidByTransfer } from './eligibility.ts';
import { isCredit } from './facts.ts';

/** The case of an account that the ERP holds as not verified, while something is to be paid to it. */
export const accountUnverified = {
  code: 'account-unverified',
  ownerRole: 'supplier-master',
  suggestion: 'Verify the account in the ERP after a call-back to a known contact. The next payment run then takes what nothing else stops, and closes this case.',
};

export interface UnverifiedAccount {
  supplierId: string;
  accountId: string;
  version: number;
  /** What waits for it. */
  title: string;
}

type Waiting = Payable & { payee: { account: PayeeAccount } };

/** P1: the accounts that stand between open documents and their payment, each once, whatever else stands against a document and whichever account of ours it is paid from. */
export function unverifiedAccounts(payables: readonly Payable[]): UnverifiedAccount[] {
  const byAccount = groupedBy(payables.filter(waitsForAccount), ({ payee: { supplierId, account: { id, version } } }) => JSON.stringify([supplierId, id, version]));
  return [...byAccount.values()].map((waiting) => {
    const [{ payee: { supplierId, name, account: { id, version } } }] = waiting as [Waiting];
    return { supplierId, accountId: id, version, title: `${waiting.length === 1 ? '1 document waits' : `${waiting.length} documents wait`} for bank account ${id} of ${name} (${supplierId}), which is not verified: ${totalOf(waiting)}` };
  });
}

function waitsForAccount(payable: Payable): payable is Waiting {
  if (payable.payee.account?.status !== 'unverified' || isCredit(payable) || minorOf(payable.open) <= 0n) return false;
  return !payable.blocked && isPaidByTransfer(payable) && payable.inErp?.state !== 'cleared' && !(payable.inRun && blocksOpenItem(payable.inRun.state));
}

/** `120.00 EUR and 30.00 USD` */
function totalOf(waiting: readonly Payable[]): string {
  const byCurrency = [...groupedBy(waiting, ({ open }) => open.currency)].sort(([a], [b]) => (a < b ? -1 : 1));
  return byCurrency.map(([currency, documents]) => describeMoney(sumMoney(currency, documents.map(({ open }) => open)))).join(' and ');
}
