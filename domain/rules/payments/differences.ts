import type { ConfirmationCaseCode } from './match-result.ts';

/** What the daily comparison of bank, payment ledger and ERP can find beside the cases of confirmation. */
export type ReconciliationCode =
  | 'debit-unexplained'
  | 'credit-unexplained'
  | 'confirmation-without-entry'
  | 'confirmation-differs'
  | 'outcome-unknown'
  | 'debit-missing'
  | 'erp-still-open'
  | 'erp-cleared-unpaid'
  | 'erp-open-differs'
  | 'erp-unreadable'
  | 'erp-blocked'
  | 'erp-posted-twice'
  | 'erp-over-prepaid';

export type DifferenceCode = ConfirmationCaseCode | ReconciliationCode;

/** Who settles a difference, and what that person does first. */
export const differenceOwners: Record<DifferenceCode, { ownerRole: string; suggestion: string }> = {
  'amount-differs': { ownerRole: 'treasurer', suggestion: 'Ask the bank what it booked; the payment is not confirmed until amount and entry agree.' },
  'paid-twice': { ownerRole: 'treasurer', suggestion: 'Ask the bank to recall the second debit at once, and the supplier to return it.' },
  'rejected-but-paid': { ownerRole: 'treasurer', suggestion: 'Ask the bank which of its two messages holds; the documents of the payment are on hold until then.' },
  'paid-without-release': { ownerRole: 'treasurer', suggestion: 'Ask the bank who ordered the payment, and hold the account until it has answered.' },
  'batch-unexplained': { ownerRole: 'treasurer', suggestion: 'Ask the bank for the payments of the entry; they are confirmed when they are listed.' },
  'details-differ': { ownerRole: 'treasurer', suggestion: 'Ask the bank for a corrected message; nothing of the entry counts before.' },
  'return-amount-differs': { ownerRole: 'ap-lead', suggestion: 'Find out what was kept back, book the charge, and decide whether the documents are open again.' },
  'returned-twice': { ownerRole: 'treasurer', suggestion: 'Ask the bank which of the two credits is a mistake.' },
  'return-of-rejected': { ownerRole: 'treasurer', suggestion: 'Ask the bank whether the payment was debited at all.' },
  'credit-unmarked': { ownerRole: 'treasurer', suggestion: 'Ask the bank whether the payment came back or somebody else used its id; where it came back, settle the documents in the ERP.' },
  'batch-return-unexplained': { ownerRole: 'treasurer', suggestion: 'Ask the bank which payments of the batch came back; they are returned when they are listed.' },
  'account-correction': { ownerRole: 'supplier-master', suggestion: 'Have the supplier confirm the corrected account before the next payment.' },
  'debit-unexplained': { ownerRole: 'treasurer', suggestion: 'Find out who ordered the debit; if nobody did, call the bank.' },
  'credit-unexplained': { ownerRole: 'ap-lead', suggestion: 'Find the payment that came back, and record its return.' },
  'confirmation-without-entry': { ownerRole: 'treasurer', suggestion: 'Fetch the missing statement, or take the confirmation back.' },
  'confirmation-differs': { ownerRole: 'treasurer', suggestion: 'Compare entry and payments; the amounts of one of them were changed.' },
  'outcome-unknown': { ownerRole: 'treasurer', suggestion: 'Ask the bank whether it has the file; it is not sent again before it has answered.' },
  'debit-missing': { ownerRole: 'treasurer', suggestion: 'Ask the bank where the payment stands; it is not sent again.' },
  'erp-still-open': { ownerRole: 'ap-lead', suggestion: 'Book the payment in the ERP; the bank has paid the document.' },
  'erp-cleared-unpaid': { ownerRole: 'ap-lead', suggestion: 'Take the clearing in the ERP back, or find the payment that it stands for.' },
  'erp-open-differs': { ownerRole: 'ap-lead', suggestion: 'Compare the document in the ERP with its case; it is not paid until both agree.' },
  'erp-unreadable': { ownerRole: 'ap-lead', suggestion: 'Put amount and currency of the document right in the ERP, or have the operator mend how they are read; it is not paid before.' },
  'erp-blocked': { ownerRole: 'ap-lead', suggestion: 'Lift the block in the ERP, or reject the document here; it is not paid while it stands.' },
  'erp-over-prepaid': { ownerRole: 'ap-lead', suggestion: 'Ask the supplier for the money and clear the document in the ERP when it is there. No payment run pays it or offsets it.' },
  'erp-posted-twice': { ownerRole: 'ap-lead', suggestion: 'Reverse the further document in the ERP: one request of ours arrived there twice. Nobody here pays it.' },
};
