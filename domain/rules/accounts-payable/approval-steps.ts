import type { ApprovalStep } from '../../model/approval-route.ts';

type Step = Pick<ApprovalStep, 'id'>;

/**
 * The step of a route that a question to an earlier one asks. The id of a step is its place in the route, what an answer to it is
 * worth and whose it is, as in `2-authority-cfo`: a step that has only moved to another place is still the same one.
 */
export function stepAsked<Own extends Step>(steps: readonly Own[], asked: string): Own | undefined {
  return steps.find(({ id }) => id === asked) ?? steps.find(({ id }) => withoutPlace(id) === withoutPlace(asked));
}

/**
 * The step for which an answer that was given counts. Whoever approved with the authority for the whole has endorsed it too, should
 * the route ask for more by now; an endorsement never stands for the authority, which nobody judged when it was given (A3, A4).
 */
export function stepAnswered<Own extends Step>(steps: readonly Own[], answered: string): Own | undefined {
  return stepAsked(steps, answered) ?? stepAsked(steps, withoutPlace(answered).replace(/^authority-/, 'endorsement-'));
}

function withoutPlace(id: string): string {
  return id.replace(/^\d+-/, '');
}
