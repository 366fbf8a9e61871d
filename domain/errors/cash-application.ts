import type { ErrorEntry } from './category.ts';

/** What the readers and the matcher of cash application refuse; every one names file, line and column. */
export const cashApplicationErrors = {
  'cash-file-unreadable': { category: 'not-found', title: 'The file cannot be read', remedy: 'Check the path and the rights of the file.' },
  'cash-file-encoding': { category: 'invalid-input', title: 'The text encoding cannot be read', remedy: 'Save the whole file in UTF-8 (or UTF-16 with a byte order mark) and run the command again.' },
  'cash-file-malformed': { category: 'invalid-input', title: 'The rows of the file are broken', remedy: 'Mend the row at the place named; fields with a separator or a line break stand in double quotes.' },
  'cash-column-missing': { category: 'invalid-input', title: 'A column is missing', remedy: 'Add the column named to the header; `kontor cash-apply --help` lists all.' },
  'cash-field-missing': { category: 'invalid-input', title: 'A field is empty that must not be', remedy: 'Fill the field at the place named.' },
  'cash-amount-malformed': { category: 'invalid-input', title: 'An amount is not a decimal', remedy: 'State the amount as a plain decimal such as 1234.50, with at most the decimals of its currency.' },
  'cash-amount-sign': { category: 'invalid-input', title: 'An amount has a sign that makes no sense here', remedy: 'Payments are positive; an invoice is positive, a credit note negative, neither is zero.' },
  'cash-date-malformed': { category: 'invalid-input', title: 'A date cannot be read', remedy: 'Write the date as 20261120 or 2026-11-20.' },
  'cash-currency-unknown': { category: 'invalid-input', title: 'The currency is not known', remedy: 'State the currency as a three-letter ISO 4217 code.' },
  'cash-id-duplicate': { category: 'conflict', title: 'An id occurs twice', remedy: 'Give every row its own id, or remove the row that is there twice.' },
  'cash-policy-invalid': { category: 'invalid-input', title: 'A cash application policy cannot be used', remedy: 'Mend the member that is named in the policy file.' },
  'cash-policy-gap': { category: 'rule-violation', title: 'A difference is within tolerance but nothing says where it is posted', remedy: 'Add the reason code with its account to the difference policy; nothing is written off until then.' },
  'cash-rate-missing': { category: 'rule-violation', title: 'No exchange rate for a payment in another currency', remedy: 'Take the rate from the statement or load the rate of the booking date; it is never taken as 1.' },
  'cash-allocation-exceeds': { category: 'bug', title: 'An allocation exceeds its receipt or its item', remedy: 'Report it with the inputs; nothing was applied.' },
} as const satisfies Record<string, ErrorEntry>;
