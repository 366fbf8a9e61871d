import type { ErrorEntry } from './category.ts';

/** What keeps money from moving. */
export const paymentErrors = {
  'payment-file-invalid': { category: 'rule-violation', title: 'The payment file cannot be written', remedy: 'Correct the named element of the payment, or take the item out of the run.' },
  'payment-order-malformed': { category: 'invalid-input', title: 'The payment order cannot be read', remedy: 'Correct the named field and try again.' },
  'iban-invalid': { category: 'rule-violation', title: 'The IBAN is not valid', remedy: 'Have the supplier confirm the account; nothing is paid to it before.' },
  'bank-message-malformed': { category: 'invalid-input', title: 'A message of the bank cannot be read', remedy: 'Ask the bank for the message again; it is kept as it came.' },
  'bank-message-not-applied': { category: 'bug', title: 'A message of the bank could not be applied', remedy: 'Report it with the version of the program; when it is mended, have the bank send the message again.' },
  'call-back-missing': { category: 'rule-violation', title: 'The changed account was not confirmed with the supplier', remedy: 'Call the supplier on a number that was on file before the change, and record whom you reached.' },
  'name-check-open': { category: 'rule-violation', title: 'The name on the account was not confirmed', remedy: 'Look at the result of the name check; confirm in spite of it only by naming it.' },
  'run-empty': { category: 'rule-violation', title: 'Nothing is due', remedy: 'Look at the excluded items for their reasons, or choose a later date.' },
  'payment-under-way': { category: 'conflict', title: 'The payment of the document is with the bank', remedy: 'Wait until the bank has answered, or ask it to recall the payment.' },
  'cut-off-missed': { category: 'rule-violation', title: 'The day of the payment run cannot be met any more', remedy: 'Open another run when this one has ended: its documents are free then. Where it stays open, reject or cancel it.' },
  'run-not-open': { category: 'conflict', title: 'The payment run does not take this any more', remedy: 'Look at its present state.' },
} as const satisfies Record<string, ErrorEntry>;
