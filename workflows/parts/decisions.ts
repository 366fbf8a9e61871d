import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { AcceptedAnswer, Refused } from '../../activities/decisions.ts';
import type { decide, DecisionNotice, DecisionReceipt } from '../contracts/invoice-to-pay.ts';
import type { ProgressBoard } from './progress.ts';

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

interface Listener<Kind extends string, Accepted extends AcceptedAnswer> {
  board: ProgressBoard;
  mutex: Mutex;
  /** Why such a decision makes no sense in the present state, if it does not. */
  refusal(kind: Kind): Refusal | undefined;
  /** Asked only of what arrives now: what a history has judged already stays judged when it is replayed. */
  tooEarly?(kind: Kind): Refusal | undefined;
  /** Loads the decision row, verifies its signed envelope and judges it. */
  judge(kind: Kind, decisionId: string): Promise<Accepted | Refused>;
  heard(decision: Accepted, kind: Kind): void;
  /** Decisions that it has heard: the same one under another update changes nothing. */
  known: Set<string>;
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
export function listenForDecisions<Kind extends string, Accepted extends AcceptedAnswer>(hearing: Omit<Listener<Kind, Accepted>, 'known'> & { known?: Set<string> }, updates: Record<Kind, { update: DecisionUpdate; description: string }>): void {
  const listener: Listener<Kind, Accepted> = { ...hearing, known: hearing.known ?? new Set() };
  for (const [kind, { update, description }] of Object.entries(updates) as [Kind, { update: DecisionUpdate; description: string }][]) {
    setHandler(update, (notice: DecisionNotice) => listener.mutex.run(() => judge(listener, kind, notice)), {
      description,
      validator(notice: DecisionNotice) {
        refuseAtOnce(listener, kind, notice);
        refuseFor(listener.tooEarly?.(kind));
      },
    });
  }
}

function refuseAtOnce<Kind extends string>(listener: Pick<Listener<Kind, AcceptedAnswer>, 'refusal'>, kind: Kind, notice: DecisionNotice): void {
  if (typeof notice?.decisionId !== 'string' || notice.decisionId === '') throw ApplicationFailure.nonRetryable('The decision id is missing.', 'request-invalid');
  refuseFor(listener.refusal(kind));
}

function refuseFor(refusal: Refusal | undefined): void {
  if (refusal) throw ApplicationFailure.nonRetryable(refusal.message, refusal.code);
}

async function judge<Kind extends string, Accepted extends AcceptedAnswer>(listener: Listener<Kind, Accepted>, kind: Kind, { decisionId }: DecisionNotice): Promise<DecisionReceipt> {
  refuseAtOnce(listener, kind, { decisionId });
  const decision = await listener.judge(kind, decisionId);
  if (!decision.accepted) throw ApplicationFailure.nonRetryable(decision.message, decision.code);
  if (!listener.known.has(decisionId)) {
    listener.known.add(decisionId);
    listener.board.take(decision);
    listener.heard(decision, kind);
  }
  return { decisionId, effect: decision.effect };
}
