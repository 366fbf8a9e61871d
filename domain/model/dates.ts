import { z } from 'zod';

/** No calendar of ours has a year 0, the database knows none, and what is counted back from year 1 would end there. */
export const isOfOurCalendar = (text: string): boolean => text >= '1000';
export const notOfOurCalendar = 'the year has to be 1000 or later';

/** A business date without a time or a zone, ISO form `2026-11-20`, of the years 1000 to 9999. */
export const plainDateSchema = z.iso.date().refine(isOfOurCalendar, notOfOurCalendar).meta({ id: 'PlainDate', example: '2026-11-20' });
export type PlainDate = z.infer<typeof plainDateSchema>;

/** As `plainDateSchema`, of any year: for members of our records that earlier versions took from a document without that bound. */
export const recordedDateSchema = z.iso.date().meta({ id: 'RecordedDate', example: '2026-11-20' });

/** A point in time, UTC, ISO form with `Z`, of the years 1000 to 9999. */
export const instantSchema = z.iso.datetime().refine(isOfOurCalendar, notOfOurCalendar).meta({ id: 'Instant', example: '2026-11-20T09:30:00.000Z' });
export type Instant = z.infer<typeof instantSchema>;
