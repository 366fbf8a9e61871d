import { addBusinessDays, isBusinessDay, nextBusinessDay } from '../../calendar/business-days.ts';
import { settlementCalendar, type SettlementSystem } from '../../calendar/settlement.ts';
import { dateInZone, toEpochMs, toInstant, type Zone } from '../../calendar/zoned-time.ts';
import type { Instant, PlainDate } from '../../model/dates.ts';

/** Until when of a day the bank of an account takes files for that day (P11). */
export interface CutOff {
  /** Time of day in the zone. A file counts for the day when it leaves before; at this very time it is too late. */
  at: string;
  zone: Zone;
  system: SettlementSystem;
}

/** The first day on which the bank executes what is sent at this moment. */
export function earliestExecution(cutOff: CutOff, now: Instant): PlainDate {
  const today = dateInZone(Date.parse(now), cutOff.zone);
  const calendar = settlementCalendar(cutOff.system, today);
  const isInTime = isBusinessDay(calendar, today) && Date.parse(now) < Date.parse(cutOffOn(cutOff, today));
  return isInTime ? today : nextBusinessDay(calendar, today);
}

/** From this moment on a file is too late for the day. */
export function cutOffOn({ at, zone }: CutOff, day: PlainDate): Instant {
  return toInstant(toEpochMs(day, at, zone));
}

/**
 * When a transfer without a word from the bank becomes a case (P8): so many business days after the cut-off of the day on which the bank executes
 * it. A file that left after the cut-off of the day that it asks for is executed later.
 */
export function silenceEnds(cutOff: CutOff, { requestedOn, sentAt }: { requestedOn: PlainDate; sentAt: Instant | undefined }, businessDays: number): Instant {
  const possible = sentAt === undefined ? requestedOn : earliestExecution(cutOff, sentAt);
  const executedOn = possible > requestedOn ? possible : requestedOn;
  return cutOffOn(cutOff, addBusinessDays(settlementCalendar(cutOff.system, executedOn), executedOn, businessDays));
}
