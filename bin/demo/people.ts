import type { Caller } from './callers.ts';
import type { CaseView, Followed } from './outcome.ts';

type As = (person: string) => Promise<Caller>;

interface Finding {
  code: string;
  severity: string;
  overridden: boolean;
}

interface Person {
  id: string;
  active: boolean;
  roles: { entity: string; role: string }[];
}

/** The reader of all companies. */
export const reader = 'mira.sanders';

/** People who decide what they are asked, through the API. */
export interface Deciders {
  /** Lets those who may decide it answer one task; true when somebody's answer was taken. A run that comes too late for its day at the bank is rejected. */
  approve(task: string): Promise<boolean>;
  override(exception: string, entity: string): Promise<boolean>;
  /** The person whom a task is for, and what the answer must carry. */
  ask(task: string): Promise<{ person: string; decisionHash: string } | undefined>;
}

export async function decidersAt(as: As): Promise<Deciders> {
  const people: Person[] = (await (await as(reader)).get('/v1/development/people')).body.people;
  const holders = (entity: string, role: string) => people.filter((person) => person.active && person.roles.some((held) => held.role === role && (held.entity === entity || held.entity === '*'))).map(({ id }) => id);

  async function taskOf(id: string): Promise<{ persons: string[]; decisionHash: string } | undefined> {
    const { status, body } = await (await as(reader)).get(`/v1/approvals/${id}`);
    if (status !== 200 || body.task.state !== 'open') return undefined;
    const named: string[] = body.task.assignee === undefined ? body.task.candidatePersons : [body.task.assignee];
    return { persons: named.length > 0 ? named : holders(body.task.entity, body.task.candidateRole), decisionHash: body.task.decisionHash };
  }

  /** The first whom the rules let do it: duties may forbid it to one and allow it to the next. Answers `done`, or the code of the refusal that counts. */
  async function firstOf(persons: string[], path: string, json: object): Promise<string> {
    for (const person of persons) {
      const { status, body } = await (await as(person)).post(path, { json });
      if (status === 200 || status === 202) return 'done';
      if (status !== 403) return String(body.code);
    }
    return 'not-permitted';
  }

  return {
    async approve(id) {
      const task = await taskOf(id);
      if (!task) return false;
      const { persons, decisionHash } = task;
      const path = `/v1/approvals/${id}/decision`;
      const answer = await firstOf(persons, path, { decision: 'approve', decisionHash });
      // Whoever is asked says no, and the documents are free for a run of another day.
      const last = answer === 'cut-off-missed' ? await firstOf(persons, path, { decision: 'reject', decisionHash, reasonCode: 'OTH', target: 'accounts-payable' }) : answer;
      return last === 'done';
    },
    override: async (id, entity) => (await firstOf(holders(entity, 'ap-lead'), `/v1/exceptions/${id}/resolution`, { resolution: 'override', reason: 'The supplier and we have agreed on this price' })) === 'done',
    async ask(id) {
      const task = await taskOf(id);
      const [person] = task?.persons ?? [];
      return task && person !== undefined ? { person, decisionHash: task.decisionHash } : undefined;
    },
  };
}

/** What the API shows of a case. */
export async function viewOf(as: As, id: string): Promise<CaseView | undefined> {
  const { status, body } = await (await as(reader)).get(`/v1/invoices/${id}`);
  if (status !== 200) return undefined;
  const { case: found, progress, erp, links, findings } = body;
  const open: string[] = findings.filter(({ severity, overridden }: Finding) => (severity === 'block' || severity === 'review') && !overridden).map(({ code }: Finding) => code);
  const duplicate = links.find((link: { kind: string; incoming: boolean }) => link.kind === 'duplicate-of' && !link.incoming);
  return {
    id,
    entity: found.entity,
    state: found.state,
    stage: found.stage,
    exceptions: progress.exceptions.map(({ code, owner }: { code: string; owner: string }) => ({ codes: open.length > 0 ? [...new Set(open)] : [code], owner })),
    awaiting: progress.awaiting,
    ...(duplicate ? { duplicateOf: duplicate.otherCase } : {}),
    ...(erp.reference === undefined ? {} : { erpReference: erp.reference }),
  };
}

/** Whether it stands where others may build on it. */
export function isPosted({ view }: Followed): boolean {
  return view?.stage === 'posted';
}
