import { setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { Progress } from '../../domain/model/progress.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { HeardProgress, initialProgress } from '../../domain/rules/progress.ts';
import { searchAttributes as attribute } from '../../temporal-config/search-attributes.ts';
import { progressQuery } from '../contracts/invoice-to-pay.ts';
import { peopleChanged } from '../contracts/people.ts';

/**
 * What a process shows of itself: the query `progress`, the search attributes and the current details all come from this
 * one object. `show` costs one action, so it is called when something outside is awaited and at the end, not between.
 */
export class ProgressBoard {
  /** Since it was last seen who is asked, somebody's roles changed (A9). */
  peopleChanged = false;
  private readonly heard: HeardProgress;
  private progress: Progress;

  /** `shown`: what an earlier history of the same process had come to show. */
  constructor(correlationId: string, workflowVersion: string, shown?: Progress) {
    this.progress = shown ?? initialProgress(correlationId, workflowVersion);
    this.heard = new HeardProgress(this.progress);
    setHandler(peopleChanged, () => void (this.peopleChanged = true), { description: 'Roles of people changed: see who is to be asked now' });
    setHandler(progressQuery, () => this.progress, { description: 'State, what is awaited, decisions, exceptions and postings' });
  }

  get value(): Progress {
    return this.progress;
  }

  /** Shows what a step has recorded, before anything else is waited for; answers its answer. */
  take<Answer extends { transitions: readonly Transition[]; revision?: number }>(answer: Answer): Answer {
    this.heard.hear(answer.transitions, answer.revision);
    this.progress = this.heard.value;
    setCurrentDetails(describeProgress(this.progress));
    return answer;
  }

  show(counterparty?: string): void {
    const { stage, state, awaiting, exceptions } = this.progress;
    const first = awaiting[0];
    upsertSearchAttributes([
      { key: attribute.stage, value: state === 'running' ? stage : state },
      { key: attribute.awaiting, value: [...new Set(awaiting.map((entry) => entry.role))] },
      { key: attribute.owner, value: first?.person ?? first?.role ?? null },
      { key: attribute.dueAt, value: first?.dueAt ? new Date(first.dueAt) : null },
      { key: attribute.exceptionCode, value: exceptions[0]?.code ?? null },
      ...(counterparty ? [{ key: attribute.counterparty, value: counterparty }] : []),
    ]);
  }
}

/** Current details as operators read them in Temporal Web: Markdown with role names, codes and times only. */
export function describeProgress(progress: Progress): string {
  return [
    `**${progress.state === 'running' ? progress.stage : progress.state}**`,
    ...table('Awaited', ['what', 'from', 'since', 'due'], progress.awaiting.map((entry) => [entry.what, entry.person ?? entry.role, entry.since, entry.dueAt ?? ''])),
    ...table('Exceptions', ['code', 'owner', 'since'], progress.exceptions.map((entry) => [entry.code, entry.owner, entry.since])),
    ...table('Decisions', ['decision', 'by', 'at'], progress.decisions.map((entry) => [entry.decision, entry.by, entry.at])),
    ...table('Postings', ['status', 'reference', 'at'], progress.postings.map((entry) => [entry.status, entry.reference, entry.at])),
  ].join('\n');
}

function table(title: string, heads: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return ['', `${title}:`, '', line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}
