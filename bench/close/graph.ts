import { toEpochMs } from '../../domain/calendar/zoned-time.ts';
import type { CloseEvent } from '../../domain/model/close-task.ts';
import { evaluate, type EvaluationContext } from '../../domain/rules/close/evaluation.ts';
import { closeGraph } from '../../domain/rules/close/graph.ts';
import { workingHours } from '../../domain/rules/close/schedule.ts';
import { newClose, type CloseState } from '../../domain/rules/close/state.ts';
import { instantiate, templateProblems } from '../../domain/rules/close/template.ts';
import { applyEvent, type Applied, type CloseRules } from '../../domain/rules/close/transitions.ts';
import { largeTemplate } from './close-template.ts';
import { median, milliseconds, processorMilliseconds } from './measure.ts';

const policy = { name: 'bench', effectiveFrom: '2026-01-01', waiveGroup: 'controlling', reopenGroup: 'controlling', controllerGroup: 'controlling', hardReopenHours: 24 };

/** 2,000 tasks over 40 entities: publish, full evaluation, one change, and the widest one. */
export function measureGraph(): Record<string, string | number>[] {
  const template = largeTemplate();
  const publishing = milliseconds(() => {
    if (templateProblems(template).length > 0) throw new Error('the template has problems');
  });
  const graph = closeGraph(instantiate(template, '2026-10'));
  const rules: CloseRules = { graph, people: template.people, policy };
  const opens = toEpochMs('2026-11-01', '00:00', 'UTC');
  const context: EvaluationContext = { people: template.people, hours: workingHours(template), periodEnd: '2026-10-31', opens, now: opens };
  const done = carriedOut(rules);
  const full = median(Array.from({ length: 31 }, () => milliseconds(() => void evaluate(graph, done, context))));
  const changes = Array.from({ length: 101 }, (_, index) => milliseconds(() => void lateChange(rules, done, index)));
  const stale = lateChange(rules, done, 0);
  const widest = median(Array.from({ length: 31 }, () => milliseconds(() => void lateChange(rules, done, 0))));
  const seen = median(Array.from({ length: 31 }, () => milliseconds(() => void evaluate(graph, afterLateChange(rules, done, 0).state, context))));
  return [
    { measure: 'publish a template of 2,000 tasks', value: publishing, unit: 'ms', limit: '' },
    { measure: `full evaluation of ${graph.tasks.length} tasks`, value: full, unit: 'ms', limit: '50' },
    { measure: 'full evaluation: processor time', value: processorMilliseconds(50, () => void evaluate(graph, done, context)), unit: 'ms', limit: '' },
    { measure: 'one change, median', value: median(changes), unit: 'ms', limit: '5' },
    { measure: `the widest change, ${stale} tasks stale, median`, value: widest, unit: 'ms', limit: '5' },
    { measure: 'the widest change: processor time', value: processorMilliseconds(50, () => void lateChange(rules, done, 0)), unit: 'ms', limit: '' },
    { measure: 'the widest change with the full evaluation after it, median', value: seen, unit: 'ms', limit: '' },
    { measure: 'one change, slowest of 101, first calls included', value: Math.max(...changes), unit: 'ms', limit: '' },
  ];
}

/** A close in which everything is done, and so everything consumed something. */
function carriedOut(rules: CloseRules): CloseState {
  const { graph } = rules;
  let state = newClose(graph);
  let minute = 0;
  for (const position of graph.order) {
    const task = graph.tasks[position]!.id;
    for (const [type, by] of [['started', 'owner'], ['submitted', 'owner'], ['approved', 'reviewer']] as const) {
      const event: CloseEvent = { type, task, by, at: new Date(Date.UTC(2026, 10, 2, 8, 0, minute++)).toISOString() };
      const applied = applyEvent(rules, state, event);
      if ('code' in applied) throw new Error(applied.message);
      state = applied.state;
    }
  }
  return state;
}

/** A late posting: the number of tasks that it makes stale. */
function lateChange(rules: CloseRules, state: CloseState, index: number): number {
  return afterLateChange(rules, state, index).changes.length;
}

function afterLateChange(rules: CloseRules, state: CloseState, index: number): Applied {
  const inputs = [...rules.graph.byInput.keys()].sort();
  const applied = applyEvent(rules, state, { type: 'input', input: index === 0 ? 'balance/E00/0' : inputs[(index * 19) % inputs.length]!, value: `changed ${index}`, at: '2026-11-05T10:00:00.000Z' });
  if ('code' in applied) throw new Error(applied.message);
  return applied;
}
