import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { CaseRef, DecisionAnswer, DecisionKind } from '../../activities/accounts-payable/commands.ts';
import type { decide, DecisionNotice, DecisionReceipt } from '../contracts/invoice-to-pay.ts';
import type { ProgressBoard } from './progress.ts';
import { verifyAndRecordDecision } from './proxies.ts';

type Accepted = Extract<DecisionAnswer, { accepted: true }>;
type DecisionUpdate = typeof decide;

/** Runs one at a time what may interleave: two people deciding in the same millisecond (F12). */
export class Mutex {
  private last: Promise<unknown> = Promise.resolve();

  run<Result>(critical: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(critical);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

interface Listener {
  ref: CaseRef;
  board: ProgressBoard;
  mutex: Mutex;
  /** Why such a decision makes no sense in the present state, if it does not. */
  refusal(kind: DecisionKind): Refusal | undefined;
  heard(decision: Accepted): void;
}

export interface Refusal {
  code: string;
  message: string;
}

/**
 * Lets people decide. The validator answers at once what can be known without a look-up; it is synchronous, because the
 * SDK does not await it. The handler loads the decision row by its id, verifies its signed envelope and judges authority,
 * duties and document version: until that has been recorded nothing is decided, whoever sent the update.
 */
export function listenForDecisions(listener: Listener, updates: Record<DecisionKind, { update: DecisionUpdate; description: string }>): void {
  for (const [kind, { update, description }] of Object.entries(updates) as [DecisionKind, { update: DecisionUpdate; description: string }][]) {
    setHandler(update, (notice: DecisionNotice) => listener.mutex.run(() => judge(listener, kind, notice)), {
      description,
      validator: (notice: DecisionNotice) => refuseAtOnce(listener, kind, notice),
    });
  }
}

function refuseAtOnce(listener: Listener, kind: DecisionKind, notice: DecisionNotice): void {
  if (typeof notice?.decisionId !== 'string' || notice.decisionId === '') throw ApplicationFailure.nonRetryable('The decision id is missing.', 'request-invalid');
  const refusal = listener.refusal(kind);
  if (refusal) throw ApplicationFailure.nonRetryable(refusal.message, refusal.code);
}

async function judge(listener: Listener, kind: DecisionKind, { decisionId }: DecisionNotice): Promise<DecisionReceipt> {
  refuseAtOnce(listener, kind, { decisionId });
  const decision = await verifyAndRecordDecision({ ...listener.ref, kind, decisionId });
  if (!decision.accepted) throw ApplicationFailure.nonRetryable(decision.message, decision.code);
  listener.board.apply(decision.transitions);
  listener.heard(decision);
  return { decisionId, effect: decision.effect };
}
