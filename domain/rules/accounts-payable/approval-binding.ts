import type { ApprovalStep } from '../../model/approval-route.ts';
import type { ApprovalPolicy } from '../../policy/approval.ts';
import { stepAsked } from './approval-steps.ts';
import { changeVoidsApprovals, type DecisionSubject, type VoidingChange } from './decision-subject.ts';

/** A task of another version of the document, and the hash of the version that its person saw or would see. */
export interface TaskOfVersion {
  id: string;
  step: string;
  state: 'open' | 'decided';
  seen: string;
}

/** What becomes of the tasks of other versions (A8). */
export interface Binding {
  /** They are bound to the new version: given approvals count, open questions stay asked. */
  kept: string[];
  void: string[];
  /** Why, each once. */
  changes: VoidingChange[];
}

/**
 * Binds tasks of other versions to the present one, or voids them (A8). An approval is compared with what its person saw, not
 * with the version before this one, so that many small steps never add up to a large one. A question to a step that the route
 * has no more is void as well; a version that is not known any more keeps nothing.
 */
export function bindApprovals(
  tasks: readonly TaskOfVersion[],
  versions: ReadonlyMap<string, DecisionSubject>,
  after: DecisionSubject,
  steps: readonly Pick<ApprovalStep, 'id'>[],
  policy: Pick<ApprovalPolicy, 'keepsApprovals'>,
): Binding {
  const binding: Binding = { kept: [], void: [], changes: [] };
  for (const task of tasks) {
    const before = versions.get(task.seen);
    const changes: VoidingChange[] = before ? changeVoidsApprovals(before, after, policy) : ['document'];
    const isAsked = task.state === 'decided' || stepAsked(steps, task.step) !== undefined;
    (changes.length === 0 && isAsked ? binding.kept : binding.void).push(task.id);
    binding.changes.push(...changes.filter((change) => !binding.changes.includes(change)));
  }
  return binding;
}
