import type { Progress } from '../model/progress.ts';
import type { Transition } from '../model/transition.ts';

/** The progress of a process that has just begun. */
export function initialProgress(correlationId: string, workflowVersion: string): Progress {
  return {
    state: 'running',
    stage: 'received',
    awaiting: [],
    decisions: [],
    exceptions: [],
    postings: [],
    correlationId,
    policyVersions: {},
    workflowVersion,
  };
}

/** Applies one transition. Pure and total: the same transitions in the same order always give the same progress (I8). */
export function applyTransition(progress: Progress, transition: Transition): Progress {
  switch (transition.kind) {
    case 'assessed':
      return { ...progress, stage: 'checked', awaiting: [], policyVersions: { ...progress.policyVersions, ...transition.policyVersions } };
    case 'awaiting':
      return { ...progress, stage: transition.stage, awaiting: transition.awaiting.map(({ subject, ...shown }) => ({ id: subject, ...shown })) };
    case 'exception-opened':
      return {
        ...progress,
        exceptions: [...progress.exceptions, { id: transition.exceptionId, code: transition.code, owner: transition.owner, since: transition.at }],
      };
    case 'exception-closed': {
      const exceptions = progress.exceptions.filter((exception) => exception.id !== transition.exceptionId);
      return {
        ...progress,
        stage: failedPayment.has(progress.stage) && !exceptions.some(({ code }) => failedPayment.has(code)) ? 'posted' : progress.stage,
        exceptions,
        awaiting: progress.awaiting.filter((awaited) => awaited.id !== transition.exceptionId),
      };
    }
    case 'decided':
      return {
        ...progress,
        decisions: [
          ...progress.decisions,
          {
            by: transition.by,
            ...(transition.onBehalfOf ? { onBehalfOf: transition.onBehalfOf } : {}),
            decision: transition.decision,
            at: transition.at,
            documentHash: transition.documentHash,
            policyVersion: transition.policyVersion,
          },
        ],
      };
    case 'posting': {
      const { key, system, status, reference, at } = transition;
      const others = progress.postings.filter((posting) => posting.key !== key);
      return { ...progress, stage: stageAfterPosting[status], postings: [...others, { system, key, status, reference, at }] };
    }
    case 'escalated':
      return { ...progress, awaiting: progress.awaiting.map((awaited) => reassigned(awaited, transition)) };
    case 'parked':
      return { ...progress, stage: 'parked', exceptions: [...progress.exceptions.filter(({ id }) => id !== `parked:${transition.step}`), { id: `parked:${transition.step}`, code: transition.code, owner: transition.owner, since: transition.at }] };
    case 'resumed': // what the step itself recorded came before or comes after; either way it says more
      return { ...progress, stage: progress.stage === 'parked' ? 'resumed' : progress.stage, exceptions: progress.exceptions.filter((exception) => exception.id !== `parked:${transition.step}`) };
    case 'reopened':
      return { ...progress, state: 'running', stage: 'reopened' };
    case 'proposed':
      return { ...progress, stage: 'proposed', awaiting: [], policyVersions: { ...progress.policyVersions, ...transition.policyVersions } };
    case 'screened':
      return { ...progress, stage: 'screened' };
    case 'filed':
      return { ...progress, stage: 'filed' };
    case 'payments-moved':
    case 'payments-removed':
    case 'alerted':
    case 'corrected':
    case 'approvals-voided':
    case 'approvals-kept':
    case 'event-received':
      return progress;
    case 'ended':
      return { ...progress, state: transition.state, stage: 'ended', awaiting: [], exceptions: [] };
  }
}

export function applyTransitions(progress: Progress, transitions: readonly Transition[]): Progress {
  return transitions.reduce(applyTransition, progress);
}

/** Records that may still be overtaken by one that was made before them; what is older than these has been heard. */
const overtakable = 8;

/** What a process shows of records that it may hear of in another order than they were made in: always what they show in their own order. */
export class HeardProgress {
  private base: Progress;
  private readonly recent: { revision: number; transitions: readonly Transition[] }[] = [];

  constructor(base: Progress) {
    this.base = base;
  }

  get value(): Progress {
    return this.recent.reduce((progress, { transitions }) => applyTransitions(progress, transitions), this.base);
  }

  /** `revision`: of the case, after these were recorded; without one they come after everything that was heard before. */
  hear(transitions: readonly Transition[], revision: number | undefined): void {
    if (transitions.length === 0) return;
    if (revision === undefined) {
      this.base = applyTransitions(this.value, transitions);
      this.recent.length = 0;
      return;
    }
    const after = this.recent.findLastIndex((known) => known.revision < revision);
    this.recent.splice(after + 1, 0, { revision, transitions });
    if (this.recent.length > overtakable) this.base = applyTransitions(this.base, this.recent.shift()?.transitions ?? []);
  }
}

/** Exceptions, and the stage until somebody has looked at them; then the document is posted and to be paid, as before (P8). */
const failedPayment: ReadonlySet<string> = new Set(['payment-rejected', 'payment-returned']);

const stageAfterPosting = {
  posted: 'posted',
  released: 'posted',
  refused: 'refused-by-erp',
  reversed: 'reversed',
  unknown: 'posting-outcome-unknown',
} as const;

function reassigned(awaited: Progress['awaiting'][number], transition: Extract<Transition, { kind: 'escalated' }>): Progress['awaiting'][number] {
  if (transition.level === 'reminder' || awaited.id !== transition.subject) return awaited;
  const { person: _previous, ...rest } = awaited;
  return { ...rest, role: transition.role, ...(transition.person ? { person: transition.person } : {}), ...(transition.dueAt ? { dueAt: transition.dueAt } : {}) };
}
