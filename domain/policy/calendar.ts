import { z } from 'zod';
import { plainDateSchema } from '../model/dates.ts';
import { header } from './header.ts';

const clockSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day such as "09:00"');
export const weekdaySchema = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5), z.literal(6), z.literal(7)]);

/** The day of a change: the n-th weekday of a month, or the last; at a clock time of UTC or of the zone's standard time. */
const changeSchema = z
  .object({ month: z.number().int().min(1).max(12), weekday: weekdaySchema, occurrence: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal('last')]), at: clockSchema, clock: z.enum(['utc', 'standard']) })
  .strict();

/**
 * A company's business days and hours, with the rules of its time zone as data, so that a deadline never depends on
 * the machine that computes it.
 */
export const calendarPolicySchema = z
  .object({
    ...header,
    kind: z.literal('calendar'),
    timeZone: z.string(),
    /** Minutes east of UTC; daylight time is absent where there is none. */
    offset: z.object({ standard: z.number().int().min(-840).max(840), daylight: z.object({ minutes: z.number().int().min(-840).max(840), from: changeSchema, to: changeSchema }).strict().optional() }).strict(),
    weekend: z.array(weekdaySchema).max(6),
    hours: z.object({ from: clockSchema, to: clockSchema }).strict(),
    holidays: z.array(z.object({ date: plainDateSchema, name: z.string() }).strict()),
    /** Last day for which the holidays are listed; after it only weekends count as days off. */
    validTo: plainDateSchema,
  })
  .strict()
  .superRefine((calendar, context) => {
    if (calendar.hours.from >= calendar.hours.to) context.addIssue({ code: 'custom', path: ['hours', 'to'], message: `business hours end at ${calendar.hours.to}, not after they begin at ${calendar.hours.from}` });
    const seen = new Set<string>();
    calendar.holidays.forEach((holiday, index) => {
      if (seen.has(holiday.date)) context.addIssue({ code: 'custom', path: ['holidays', index, 'date'], message: `${holiday.date} is listed twice` });
      seen.add(holiday.date);
    });
  });
export type CalendarPolicy = z.infer<typeof calendarPolicySchema>;
