import { businessDaysBetween } from '../../calendar/business-days.ts';
import { minuteOfDay } from '../../calendar/offset-rule.ts';
import { addWorkingMinutes, type WorkingHours } from '../../calendar/working-time.ts';
import { dateInZone } from '../../calendar/zoned-time.ts';
import type { CloseTemplate } from '../../model/close-task.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { CloseGraph } from './graph.ts';
import { isComplete, type CloseState } from './state.ts';

export interface Schedule {
  /** UTC milliseconds, by position: actual for what is done, predicted for the rest (CL-11). */
  readonly ends: readonly number[];
  /** The predecessor that each task really waits for: the one that ends last; −1 for none. */
  readonly waitsFor: readonly number[];
  /** From the first task that holds up the end to the one that ends last. */
  readonly criticalPath: readonly number[];
  readonly end: number;
  /** Business days from the period end to the end, on the calendar of the last task. */
  readonly daysToClose: number;
}

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

export type HoursByEntity = ReadonlyMap<string, WorkingHours>;

export function workingHours(template: CloseTemplate): HoursByEntity {
  return new Map(template.entities.map((entity) => [
    entity.key ?? entity.id,
    { calendar: template.calendars[entity.calendar]!, zone: entity.timeZone, opens: minuteOfDay(entity.workingHours.from), closes: minuteOfDay(entity.workingHours.to) },
  ]));
}

/**
 * When everything will be done if work goes on from `now` as planned: what is done counts with its actual end, work in
 * hand with its start, the rest begins when its last predecessor ends. `opens` is when the close can begin at all.
 */
export function schedule(graph: CloseGraph, state: CloseState, hours: HoursByEntity, periodEnd: PlainDate, opens: number, now: number): Schedule {
  const ends = new Array<number>(graph.tasks.length).fill(0);
  const waitsFor = new Array<number>(graph.tasks.length).fill(-1);
  for (const position of graph.order) {
    const last = latest(graph.before[position]!, ends);
    waitsFor[position] = last;
    // What is due before the close opens can be begun a day before its due time.
    const first = Math.min(opens, graph.tasks[position]!.due - dayMs);
    ends[position] = endOf(graph, state, hours, position, last < 0 ? first : Math.max(first, ends[last]!), now);
  }
  const final = latest(graph.order, ends);
  const task = graph.tasks[final]!;
  const { calendar, zone } = hours.get(task.entityKey)!;
  return { ends, waitsFor, criticalPath: pathTo(final, waitsFor), end: ends[final]!, daysToClose: businessDaysBetween(calendar, periodEnd, dateInZone(ends[final]!, zone)) };
}

function endOf(graph: CloseGraph, state: CloseState, hours: HoursByEntity, position: number, released: number, now: number): number {
  const record = state.records[position]!;
  const task = graph.tasks[position]!;
  if (isComplete(record) && record.finishedAt) return Date.parse(record.finishedAt);
  if (graph.derived[position]) return Math.max(released, now);
  const begun = record.startedAt && ['in_progress', 'submitted'].includes(record.state) ? Date.parse(record.startedAt) : undefined;
  const start = begun ?? Math.max(released, now, task.earliest ?? 0);
  const end = task.kind === 'automated' || task.kind === 'event' ? start + task.minutes * minuteMs : addWorkingMinutes(hours.get(task.entityKey)!, start, task.minutes);
  return Math.max(end, now);
}

/** Of those that end last, the one that comes first by id. */
function latest(positions: readonly number[], ends: readonly number[]): number {
  let found = -1;
  for (const position of positions) if (found < 0 || ends[position]! > ends[found]! || (ends[position] === ends[found] && position < found)) found = position;
  return found;
}

function pathTo(final: number, waitsFor: readonly number[]): number[] {
  const path: number[] = [];
  for (let position = final; position >= 0; position = waitsFor[position]!) path.unshift(position);
  return path;
}
