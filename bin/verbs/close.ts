// Plan a period close from its template and events: states, critical path, what became stale and why
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { addDays } from '../../domain/calendar/plain-date.ts';
import { periodRange } from '../../domain/calendar/period-range.ts';
import { toEpochMs, toInstant } from '../../domain/calendar/zoned-time.ts';
import { KontorError } from '../../domain/errors.ts';
import { closeTemplateSchema, type CloseEvent, type CloseTemplate } from '../../domain/model/close-task.ts';
import { closePolicySchema } from '../../domain/policy/close.ts';
import { evaluate, type CloseView } from '../../domain/rules/close/evaluation.ts';
import { closeGraph } from '../../domain/rules/close/graph.ts';
import { replay, type Replayed } from '../../domain/rules/close/replay.ts';
import { workingHours } from '../../domain/rules/close/schedule.ts';
import { newClose } from '../../domain/rules/close/state.ts';
import { instantiate, templateProblems } from '../../domain/rules/close/template.ts';
import { readCloseEvents } from '../../documents/ledger/close-events.ts';
import { readYaml, withYamlPlace } from '../../documents/ledger/yaml-file.ts';
import { csv, jsonLine, placed, print, runVerb, table, UsageError } from '../books/output.ts';

const usage = `Usage: kontor close plan TEMPLATE.yaml --period P [--events EVENTS.jsonl] [OPTIONS]

Prints every task with its state, due time, predicted end and what holds it up; the critical path and the days to
close; and what events changed, above all what became stale and why. Exit code 1 when an event is refused.

  --period P      2026-10, 2026-Q4 or 2026
  --events FILE   what happened, one JSON object a line, in any order
  --now INSTANT   the present, such as 2026-11-03T09:00:00Z; default: the last event, or the start of the close
  --policy FILE   who may waive and reopen (default policies/close/close.yaml)
  --format F      json (default, one object a line), table or csv

docs/close.md describes the files.`;

interface Options {
  readonly period: string;
  readonly events?: string;
  readonly now?: string;
  readonly policy?: string;
  readonly format: string;
}

export async function run(args: string[]): Promise<number> {
  return runVerb(usage, args, async () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { period: { type: 'string' }, events: { type: 'string' }, now: { type: 'string' }, policy: { type: 'string' }, format: { type: 'string', default: 'json' } },
    });
    const [verb, file, ...rest] = positionals;
    if (verb !== 'plan' || !file || rest.length > 0) throw new UsageError('Say: close plan TEMPLATE.yaml.');
    if (!values.period) throw new UsageError('Name the period with --period.');
    if (!['json', 'table', 'csv'].includes(values.format)) throw new UsageError(`--format is json, table or csv, not "${values.format}".`);
    if (values.now && Number.isNaN(Date.parse(values.now))) throw new UsageError(`"${values.now}" is not an instant.`);
    return plan(file, { ...values, period: values.period });
  });
}

async function plan(file: string, options: Options): Promise<number> {
  const template = await readTemplate(file);
  const range = periodOf(options.period);
  const events = options.events ? readCloseEvents(await readFile(options.events, 'utf8'), options.events) : [];
  const policyFile = options.policy ?? fileURLToPath(new URL('../../policies/close/close.yaml', import.meta.url));
  const policy = readYaml(await readFile(policyFile, 'utf8'), policyFile, closePolicySchema, 'rules-invalid');
  const graph = closeGraph(instantiate(template, options.period));
  const opens = Math.min(...template.entities.map((entity) => toEpochMs(addDays(range.to, 1), '00:00', entity.timeZone)));
  const replayed = replay({ graph, people: template.people, policy }, newClose(graph), toInstant(opens), events.map(({ event }) => event));
  const now = Date.parse(options.now ?? latestOf(events.map(({ event }) => event)) ?? toInstant(opens));
  const view = evaluate(graph, replayed.state, { people: template.people, hours: workingHours(template), periodEnd: range.to, opens, now });
  show(view, replayed, options.format);
  for (const { event, problem } of replayed.refused) {
    const line = events.find((each) => each.event === event)?.line;
    process.stderr.write(`line ${line}: ${problem.message} ${problem.remedy} [${problem.code}]\n`);
  }
  return replayed.refused.length > 0 ? 1 : 0;
}

async function readTemplate(file: string): Promise<CloseTemplate> {
  const text = await readFile(file, 'utf8');
  const template = readYaml(text, file, closeTemplateSchema, 'template-invalid');
  const [first, ...others] = templateProblems(template).map((problem) => withYamlPlace(text, file, problem));
  for (const problem of others) process.stderr.write(`${placed(problem.message, problem.place)} [${problem.code}]\n`);
  if (first) throw new KontorError(first.code, first.message, { ...(first.place ? { place: first.place } : {}) });
  return template;
}

function show(view: CloseView, replayed: Replayed, format: string): void {
  const header = ['task', 'state', 'due', 'end', 'late', 'critical', 'blocked by'];
  const cells = view.tasks.map((task) => [task.task, task.state, task.due, task.end, task.late ? 'late' : '', task.critical ? 'critical' : '', task.blockedBy.join(' ← ')]);
  const stale = replayed.log.filter((change) => change.to === 'stale');
  if (format === 'csv') return print(csv(header, cells));
  if (format === 'table') {
    print(table(header, cells));
    if (stale.length > 0) print(`\n${table(['became stale', 'at', 'because'], stale.map((change) => [change.task, change.at, change.because.join(' → ')]))}`);
    print(`\n${table(['entity', 'stands against its hard close'], Object.entries(view.hardClose).flatMap(([entity, blockers]) => blockers.map((blocker) => [entity, blocker])))}`);
    print(`\nCritical path: ${view.criticalPath.join(' → ')}\nPredicted end: ${view.predictedEnd}, ${view.daysToClose} business days after the period end`);
    return;
  }
  for (const task of view.tasks) print(jsonLine({ kind: 'task', ...task }));
  for (const change of replayed.log) print(jsonLine({ kind: change.to === 'stale' ? 'stale' : 'change', ...change }));
  for (const { event, problem } of replayed.refused) print(jsonLine({ kind: 'refused', event, problem }));
  print(jsonLine({ kind: 'close', counts: view.counts, runnable: view.runnable, hardClose: view.hardClose, criticalPath: view.criticalPath, predictedEnd: view.predictedEnd, daysToClose: view.daysToClose, repeatedEvents: replayed.repeated }));
}

function latestOf(events: readonly CloseEvent[]): string | undefined {
  return events.map(({ at }) => at).sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
}

function periodOf(text: string): { from: string; to: string } {
  try {
    return periodRange(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
