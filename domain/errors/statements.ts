import type { ErrorEntry } from './category.ts';

/** What a reader of bank statements refuses. Every one carries the place in the file; the file is kept and nothing of the refused unit is posted. */
export const statementErrors = {
  'statement-format-unknown': { category: 'invalid-input', title: 'The format of the statement is not known', remedy: 'Send MT940, MT942, camt.052, camt.053, camt.054, BAI2 or NACHA.' },
  'statement-too-large': { category: 'invalid-input', title: 'The statement file is larger than allowed', remedy: 'Ask the bank for several smaller files.' },
  'statement-empty': { category: 'invalid-input', title: 'The file holds no statement', remedy: 'Ask the bank for the file again.' },
  'statement-malformed': { category: 'invalid-input', title: 'A record of the statement cannot be read', remedy: 'Ask the bank for the file again and name the place.' },
  'statement-version-unsupported': { category: 'invalid-input', title: 'The version of the message is not supported', remedy: 'Ask the bank for camt.052, camt.053 or camt.054 in a version from 01 to 10, or for BAI version 2.' },
  'statement-field-missing': { category: 'invalid-input', title: 'A mandatory field is missing', remedy: 'Ask the bank for a complete statement.' },
  'statement-amount-malformed': { category: 'invalid-input', title: 'An amount cannot be read', remedy: 'Ask the bank for a corrected statement.' },
  'statement-amount-too-precise': { category: 'invalid-input', title: 'An amount has more decimals than its currency', remedy: 'Ask the bank for a corrected statement; amounts are never rounded here.' },
  'statement-currency-unknown': { category: 'invalid-input', title: 'The currency is missing or not known', remedy: 'Ask the bank for a statement with an ISO 4217 currency.' },
  'statement-date-malformed': { category: 'invalid-input', title: 'A date does not exist or cannot be read', remedy: 'Ask the bank for a corrected statement.' },
  'statement-not-new': { category: 'invalid-input', title: 'The bank marks what it sends as a test, a deletion or a correction', remedy: 'Nothing of it is posted. Take back or replace by hand what the bank deletes or corrects.' },
  'statement-unbalanced': { category: 'invalid-input', title: 'Opening, entries and closing balance do not add up', remedy: 'Ask the bank for the statement again; nothing of it counts before.' },
  'statement-truncated': { category: 'invalid-input', title: 'A part of the statement is missing', remedy: 'Ask the bank for the whole statement; nothing of it counts before.' },
  'statement-conflict': { category: 'invalid-input', title: 'The statement was read before with other content', remedy: 'Ask the bank which of the two holds; the first one counts until then.' },
  'statement-control-total': { category: 'invalid-input', title: 'A control total does not agree with the records', remedy: 'Ask the bank for the file again; records are lost, doubled or changed.' },
} as const satisfies Record<string, ErrorEntry>;
