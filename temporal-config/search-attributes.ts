import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * The typed search attributes of every process; pure constants, so that workflow code may import them. They are never
 * encrypted: ids, codes, amounts and role names only. SQL visibility has ten Keyword columns a namespace, and these are ten: an
 * attribute that a namespace has and that is not named here any more keeps its column, and its values in old processes.
 */
export const searchAttributes = {
  /** The workflow of the process: `invoiceToPay`, `paymentRun` … */
  process: defineSearchAttributeKey('FinProcess', 'KEYWORD'),
  /** Legal entity. */
  entity: defineSearchAttributeKey('FinEntity', 'KEYWORD'),
  /** Supplier, customer or party id. */
  counterparty: defineSearchAttributeKey('FinCounterparty', 'KEYWORD'),
  /** The number by which the counterparty knows the document. */
  documentRef: defineSearchAttributeKey('FinDocumentRef', 'KEYWORD'),
  /** `invoice` or `credit-note`. */
  documentClass: defineSearchAttributeKey('FinDocumentClass', 'KEYWORD'),
  /** The stage while the process runs, afterwards how it ended. */
  stage: defineSearchAttributeKey('FinStage', 'KEYWORD'),
  exceptionCode: defineSearchAttributeKey('FinExceptionCode', 'KEYWORD'),
  /** Who must act next: a person's id where one is asked, otherwise a role. */
  owner: defineSearchAttributeKey('FinOwner', 'KEYWORD'),
  currency: defineSearchAttributeKey('FinCurrency', 'KEYWORD'),
  correlationId: defineSearchAttributeKey('FinCorrelationId', 'KEYWORD'),
  /** The role of everything that is awaited. */
  awaiting: defineSearchAttributeKey('FinAwaiting', 'KEYWORD_LIST'),
  dueAt: defineSearchAttributeKey('FinDueAt', 'DATETIME'),
  /** What the document says is to be paid, for lists and filters only; the exact amount lives in the read model. */
  amount: defineSearchAttributeKey('FinAmount', 'DOUBLE'),
} as const;
