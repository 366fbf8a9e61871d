import { z } from 'zod';

const share = z.number().min(0).max(1);
const logOdds = z.number();

/** Coefficients and thresholds of the `qualified` profile: the logistic scorer that explains itself. */
export const qualifiedProfileSchema = z
  .object({
    profile: z.literal('qualified'),
    version: z.string().min(1),
    /** A list older than this many days lets nobody pass (K17). */
    longestListAgeDays: z.number().int().positive(),
    thresholds: z.object({
      /** From this score on two names are one (`name-score`). */
      pair: share,
      /** From this score on somebody must look; stricter where a script loses letters on the way. Keys are query script > list script. */
      screening: z.object({ default: share }).catchall(share),
    }),
    /**
     * Log-odds that a search adds to the comparison of two names, because a list offers many names to agree by chance:
     * a single listed word against a longer name (M8), and the share of the asked name that the listed one does not explain (M3).
     */
    caution: z.object({ listedLoneWord: logOdds.max(0), wordsOnlyInQuery: logOdds.max(0) }),
    /** A weak alias counts only when it is equal, and no more than this: alone, or with a date of birth or identifier that agrees (M7). */
    weakAlias: z.object({ alone: share, corroborated: share }),
    /** Log-odds that other facts add to the name's (M11, M12); 0 = no weight. */
    evidence: z.object({
      birthDateSame: logOdds.min(0),
      birthYearSame: logOdds.min(0),
      birthDateNear: logOdds,
      birthDateOther: logOdds.max(0),
      birthDateFar: logOdds.max(0),
      /** Share of the weight of another date that remains when every word of both names agrees: dates on lists are often wrong. */
      completeNameShare: share,
      countryShared: logOdds.min(0),
      countryOther: logOdds.max(0),
      genderOther: logOdds.max(0),
      identifierOther: logOdds.max(0),
    }),
    /** Trained on labelled pairs; see docs/screening.md. Each is 0 or less: a difference never raises a score. */
    coefficients: z.object({ intercept: z.number().positive(), weights: z.record(z.string(), z.number().max(0)) }),
  })
  .strict();
export type QualifiedProfile = z.infer<typeof qualifiedProfileSchema>;

/** The `ofac-parity` profile: scores 0 to 100 like the public search tool of OFAC. */
export const parityProfileSchema = z
  .object({
    profile: z.literal('ofac-parity'),
    version: z.string().min(1),
    longestListAgeDays: z.number().int().positive(),
    thresholds: z.object({ pair: z.number().min(0).max(100), screening: z.object({ default: z.number().min(0).max(100) }) }),
    parity: z.object({
      prefixScale: share,
      tokenFloor: share,
      shortTokenLength: z.number().int(),
    }),
  })
  .strict();
export type ParityProfile = z.infer<typeof parityProfileSchema>;

export const screeningProfileSchema = z.discriminatedUnion('profile', [qualifiedProfileSchema, parityProfileSchema]);
export type ScreeningProfile = z.infer<typeof screeningProfileSchema>;
