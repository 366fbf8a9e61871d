import { z } from 'zod';
import { birthDateSchema } from './list-entry.ts';

/** Whom to look for. Only the name is needed; everything else is evidence for or against. */
export const screeningQuerySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['person', 'organisation', 'vessel', 'aircraft', 'unknown']),
    birthDate: birthDateSchema.optional(),
    countries: z.array(z.string()).optional(),
    gender: z.enum(['male', 'female']).optional(),
    identifiers: z.array(z.object({ type: z.string().optional(), value: z.string() })).optional(),
  })
  .meta({ id: 'ScreeningQuery' });
export type ScreeningQuery = z.infer<typeof screeningQuerySchema>;

/**
 * CLEAR: every list was searched, none is too old, nothing reached the threshold. HIT: somebody must look.
 * REVIEW: the name cannot be searched with confidence. STALE: no hit, but a list is too old. ERROR: no hit, but a list is missing.
 * Only CLEAR is a pass (K4).
 */
export type ScreeningState = 'CLEAR' | 'HIT' | 'REVIEW' | 'STALE' | 'ERROR';

/** One named part of a score; the points of all parts add up to the score exactly (K8). */
export interface Contribution {
  code: string;
  points: number;
  /** For people: which words, dates or numbers made it. */
  because: string;
}

export interface NameScore {
  score: number;
  match: boolean;
  contributions: Contribution[];
}

export interface ScreeningHit {
  entry: string;
  reference?: string;
  list: string;
  score: number;
  /** The name of the entry that agreed best (M6) and its quality. */
  name: string;
  quality: string;
  threshold: number;
  reasons: Contribution[];
}

export interface ScreeningResult {
  id: string;
  state: ScreeningState;
  /** Why the state is not CLEAR when no hit says so; notes on tricks found in the name. */
  notes?: string[];
  best?: ScreeningHit;
  hits: ScreeningHit[];
}
