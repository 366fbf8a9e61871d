import type { BankPort } from '../../adapters/ports/bank.ts';
import type { ScreeningPort } from '../../adapters/ports/screening.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { PaymentStatusReport, PaymentReturns } from '../../domain/model/bank-message.ts';
import type { BankStatement } from '../../domain/model/bank-statement.ts';
import type { Problem } from '../../domain/errors.ts';
import type { PayablesParts } from '../accounts-payable/parts.ts';

/** The bank of a company, as the composition root gives it to the activities. */
export interface BankAccess {
  port: BankPort;
  /** Name of the counterpart in keys, records and people's sentences. */
  system: string;
  settleWindowMs: number;
  longestCallMs: number;
}

export interface ScreeningAccess {
  port: ScreeningPort;
  system: string;
}

/** A message of a bank, read by its content. An advice tells of bookings before the statement does. */
export type ReadMessage = PaymentStatusReport | PaymentReturns | { kind: 'statements'; format: string; statements: BankStatement[]; problems: Problem[]; advice: boolean } | { kind: 'unreadable'; problem: Problem };

/** What the payment activities work with; made once in workers/wire.ts. */
export interface PaymentParts extends PayablesParts {
  /** Undefined where a company does not pay through Kontor. */
  bankOf(entity: LegalEntity): BankAccess | undefined;
  screeningOf(entity: LegalEntity): ScreeningAccess | undefined;
  readMessage(text: string): Promise<ReadMessage>;
  /** How a payment run is started, in the words of the process engine. */
  paymentRun: { workflow: string; queue: string; process: string; workflowVersion: string; pace?: { payees: number; events: number } };
}
