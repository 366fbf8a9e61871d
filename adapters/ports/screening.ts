import type { CallContext, Operation } from './definition.ts';

export type { CallContext } from './definition.ts';

/** What Kontor asks of a screening service. No answer, a stale list and an error are never a pass (P10). */
export interface ScreeningPort {
  /** One result a subject, in the order asked. A read: asking again changes nothing. */
  screen(subjects: ScreeningSubject[], context: CallContext): Promise<ScreeningResult[]>;
}

export const screeningOperations = { screen: 'read' } as const satisfies Record<keyof ScreeningPort, Operation>;

export interface ScreeningSubject {
  /** Our id of the party; comes back with the result. */
  id: string;
  name: string;
  kind: 'person' | 'company';
  country?: string;
}

/** Only `clear` lets a payment go; `listDate` is the date of the oldest list that was searched. */
export interface ScreeningResult {
  id: string;
  state: 'clear' | 'hit' | 'review' | 'error' | 'stale';
  listDate?: string;
  /** Ids of list entries, no names. */
  hits: string[];
  reference: string;
}
