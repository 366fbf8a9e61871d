import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * The typed search attributes of every process; pure constants, so that workflow code may import them. They are never
 * encrypted: ids, codes, amounts and role names only. SQL visibility has ten Keyword columns a namespace.
 */
export const searchAttributes = {
  /** Which process: `invoice-to-pay`, `payment-run` … */
  process: defineSearchAttributeKey('FinProcess', 'KEYWORD'),
  /** Legal entity. */
  entity: defineSearchAttributeKey('FinEntity', 'KEYWORD'),
  /** Supplier, customer or party id. */
  counterparty: defineSearchAttributeKey('FinCounterparty', 'KEYWORD'),
  /** The number by which the counterparty knows the document. */
  documentRef: defineSearchAttributeKey('FinDocumentRef', 'KEYWORD'),
  stage: defineSearchAttributeKey('FinStage', 'KEYWORD'),
  exceptionCode: defineSearchAttributeKey('FinExceptionCode', 'KEYWORD'),
  /** Role that must act next. */
  owner: defineSearchAttributeKey('FinOwner', 'KEYWORD'),
  currency: defineSearchAttributeKey('FinCurrency', 'KEYWORD'),
  correlationId: defineSearchAttributeKey('FinCorrelationId', 'KEYWORD'),
  /** Everything that is awaited, as `what:role`. */
  awaiting: defineSearchAttributeKey('FinAwaiting', 'KEYWORD_LIST'),
  dueAt: defineSearchAttributeKey('FinDueAt', 'DATETIME'),
  slaAt: defineSearchAttributeKey('FinSlaAt', 'DATETIME'),
  /** For lists and filters only; the exact amount lives in the read model. */
  amount: defineSearchAttributeKey('FinAmount', 'DOUBLE'),
  onHold: defineSearchAttributeKey('FinOnHold', 'BOOL'),
  priority: defineSearchAttributeKey('FinPriority', 'INT'),
} as const;
