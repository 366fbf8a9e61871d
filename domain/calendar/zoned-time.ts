import type { Instant, PlainDate } from '../model/dates.ts';
import { offsetMinutes, type OffsetRule } from './offset-rule.ts';
import { fromDayNumber, toDayNumber } from './plain-date.ts';

/** A zone by its name in the time zone database of the platform, or as a rule that is data and the same everywhere. */
export type Zone = string | OffsetRule;

/** Wall-clock time in a zone: days since 1970-01-01 there, and minutes of that day. */
export interface WallTime {
  readonly day: number;
  readonly minute: number;
}

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
/** One answer per quarter of an hour is kept; a quarter in which clocks change (Newfoundland did at 00:01) has none. */
const quarterMs = 15 * minuteMs;

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

/** Whether the platform's time zone database has the name, in exactly these letters: other programs look it up as a file. */
export function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions();
    return /^[A-Z]/.test(name) && (timeZone === name || timeZone.toLowerCase() !== name.toLowerCase());
  } catch {
    return false;
  }
}

/** `2026-11-04` at `17:00` in `Europe/Berlin` as UTC milliseconds. A time that a clock change skips moves later by the gap; one that comes twice is the first. */
export function toEpochMs(date: PlainDate, time: string, zone: Zone): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  if (!match) throw new RangeError(`not a time of day in the form 17:00: ${time.slice(0, 20)}`);
  return wallToEpochMs({ day: toDayNumber(date), minute: Number(match[1]) * 60 + Number(match[2]) }, zone);
}

export function wallToEpochMs({ day, minute }: WallTime, zone: Zone): number {
  const asUtc = day * dayMs + minute * minuteMs;
  const before = offsetMs(asUtc - dayMs, zone);
  const early = asUtc - before;
  if (offsetMs(early, zone) === before) return early;
  const after = offsetMs(asUtc + dayMs, zone);
  const late = asUtc - after;
  return offsetMs(late, zone) === after ? late : early;
}

export function toWallTime(epochMs: number, zone: Zone): WallTime {
  const local = epochMs + offsetMs(epochMs, zone);
  const day = Math.floor(local / dayMs);
  return { day, minute: Math.floor((local - day * dayMs) / minuteMs) };
}

export function toInstant(epochMs: number): Instant {
  return new Date(epochMs).toISOString();
}

export function dateInZone(epochMs: number, zone: Zone): PlainDate {
  return fromDayNumber(toWallTime(epochMs, zone).day);
}

/** Milliseconds that the zone's clocks are ahead of UTC; throws a RangeError for an unknown zone. */
function offsetMs(epochMs: number, zone: Zone): number {
  if (typeof zone !== 'string') return offsetMinutes(zone, Math.floor(epochMs / minuteMs)) * minuteMs;
  if (zone === 'UTC') return 0;
  let known = offsets.get(zone);
  if (!known) offsets.set(zone, (known = new Map()));
  const quarter = Math.floor(epochMs / quarterMs);
  let offset = known.get(quarter);
  if (offset === undefined) {
    const begin = readOffset(quarter * quarterMs, zone);
    offset = begin === readOffset((quarter + 1) * quarterMs - minuteMs, zone) ? begin : Number.NaN;
    known.set(quarter, offset);
  }
  return Number.isNaN(offset) ? readOffset(Math.floor(epochMs / minuteMs) * minuteMs, zone) : offset;
}

function readOffset(epochMs: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', era: 'short' });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(epochMs)) part[type] = Number(value);
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!) - epochMs;
}
