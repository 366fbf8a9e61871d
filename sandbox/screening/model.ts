import { z } from 'zod';

/** One list of the service: a file of the seed folder, or what `POST /_sandbox/seed?service=screening` takes. */
export const listSchema = z
  .object({
    list: z.string().min(1),
    /** Day of its last update; absent = it is updated every day. */
    date: z.iso.date().optional(),
    /** A `strong` entry matches every name that has all its words; a `weak` one only asks for a look. */
    entries: z.array(z.object({ id: z.string().min(1), name: z.string().min(2), strength: z.enum(['strong', 'weak']).default('strong') }).strict()),
  })
  .strict();
export type ScreeningList = z.infer<typeof listSchema>;

export const checkSchema = z
  .object({
    subjects: z
      .array(z.object({ id: z.string().min(1), name: z.string(), kind: z.enum(['person', 'company']), country: z.string().optional() }).strict())
      .min(1)
      .max(1000),
  })
  .strict();
export type Subject = z.infer<typeof checkSchema>['subjects'][number];

/** What the service says instead of what it finds; `under-maintenance` is a word that its manual does not list. */
export const behaviourSchema = z.object({ status: z.enum(['match', 'look', 'outdated', 'failed', 'under-maintenance']), subjectId: z.string().optional(), times: z.number().int().positive() }).strict();
export type Behaviour = z.infer<typeof behaviourSchema>;

/** In the service's own words: `no-match`, `match`, `look`, `outdated`, `failed`. Only `no-match` is an all-clear. */
export interface CheckResult {
  checkNo: string;
  subjectId: string;
  status: string;
  matches: string[];
  listDate: string;
}

export type ScreeningFact = { kind: 'list'; list: ScreeningList } | { kind: 'behaviour'; behaviour: Behaviour } | { kind: 'behaviours-cleared' } | { kind: 'check'; results: CheckResult[]; used: number[] };
