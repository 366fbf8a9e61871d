import { expect } from 'vitest';
import { toEpochMs, toInstant } from '../../../domain/calendar/zoned-time.ts';
import { closeTemplateSchema, type CloseEvent, type CloseTemplate } from '../../../domain/model/close-task.ts';
import { evaluate } from '../../../domain/rules/close/evaluation.ts';
import { closeGraph } from '../../../domain/rules/close/graph.ts';
import { replay, type Replayed } from '../../../domain/rules/close/replay.ts';
import { workingHours } from '../../../domain/rules/close/schedule.ts';
import { newClose, stateName } from '../../../domain/rules/close/state.ts';
import { instantiate, templateProblems } from '../../../domain/rules/close/template.ts';
import type { CloseRules } from '../../../domain/rules/close/transitions.ts';

type Task = Record<string, unknown>;
export const task = (id: string, more: Task = {}): Task => ({ id, title: id, kind: 'manual', owner: 'anna', due: { workday: 2, time: '17:00' }, minutes: 60, ...more });
export const template = (tasks: Task[], more: Task = {}): CloseTemplate => closeTemplateSchema.parse({
  schemaVersion: 1, name: 'test', version: 1, calendars: { de: { weekend: [6, 7], holidays: [] } },
  people: { anna: { groups: ['accounting'], manager: 'clara' }, ben: { groups: ['accounting'] }, clara: { groups: ['controlling'] }, dora: { groups: ['controlling'] } },
  entities: [{ id: 'DE', calendar: 'de', timeZone: 'Europe/Berlin' }], tasks, ...more,
});
export const policy = { name: 'test', effectiveFrom: '2026-01-01', waiveGroup: 'controlling', reopenGroup: 'controlling', controllerGroup: 'controlling', hardReopenHours: 24 };
export const opens = toEpochMs('2026-11-01', '00:00', 'UTC');

export function close(of: CloseTemplate, events: CloseEvent[]): Replayed & { states: Record<string, string>; view: ReturnType<typeof evaluate>; codes: string[] } {
  expect(templateProblems(of)).toEqual([]);
  const graph = closeGraph(instantiate(of, '2026-10'));
  const rules: CloseRules = { graph, people: of.people, policy };
  const replayed = replay(rules, newClose(graph), toInstant(opens), events);
  const now = Date.parse(events.at(-1)?.at ?? toInstant(opens));
  return {
    ...replayed,
    states: Object.fromEntries(graph.tasks.map(({ id }, position) => [id.slice(3), stateName(graph, replayed.state, position)])),
    view: evaluate(graph, replayed.state, { people: of.people, hours: workingHours(of), periodEnd: '2026-10-31', opens, now }),
    codes: replayed.refused.map(({ problem }) => problem.code),
  };
}

/** Events a minute apart: `started bank anna`, `approved bank ben clara` (ben for clara), `input cash 5`. */
export function story(...lines: string[]): CloseEvent[] {
  return lines.map((text, index) => {
    const at = new Date(Date.UTC(2026, 10, 2, 8, index)).toISOString();
    const [type, subject = '', by = '', third] = text.split(' ');
    if (type === 'input') return { type, at, input: subject, value: by };
    if (type === 'arrived') return { type, at, event: subject };
    if (type === 'period') return { type, at, entityKey: 'DE', status: subject as 'open', by, ...(third ? { approvedBy: third } : {}) };
    if (type === 'books') return { type, at, entityKey: 'DE', unpostedJournals: Number(subject), uncertifiedBankReconciliations: by ? [by] : [], intercompanyWithinThreshold: !third };
    if (type === 'difference') return { type, at, task: `DE/${subject}`, difference: { currency: third ?? 'EUR', minor: by }, hash: 'match' };
    if (type === 'ran') return { type, at, task: `DE/${subject}`, outcome: by === 'failed' ? 'failed' : 'succeeded', hash: 'proof' };
    const base = { at, task: `DE/${subject}`, by };
    if (type === 'evidence') return { ...base, type, name: third ?? 'file', hash: 'h', source: 's' };
    if (type === 'waived') return { ...base, type, reason: 'immaterial', approvedBy: third ?? '' };
    if (type === 'reopened' || type === 'rejected' || type === 'blocked') return { ...base, type, reason: 'wrong', ...(third ? { onBehalfOf: third } : {}) };
    return { ...base, type: type as 'started', ...(third ? { onBehalfOf: third } : {}) };
  });
}
export const carryOut = (id: string): string[] => [`started ${id} anna`, `submitted ${id} anna`];
