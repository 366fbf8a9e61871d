import { z } from 'zod';

/** A business date without a time or a zone, ISO form `2026-11-20`. */
export const plainDateSchema = z.iso.date().meta({ id: 'PlainDate', example: '2026-11-20' });
export type PlainDate = z.infer<typeof plainDateSchema>;

/** A point in time, UTC, ISO form with `Z`. */
export const instantSchema = z.iso.datetime().meta({ id: 'Instant', example: '2026-11-20T09:30:00.000Z' });
export type Instant = z.infer<typeof instantSchema>;
