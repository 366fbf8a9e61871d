import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OpenedScreening } from '../../../adapters/registry.ts';
import type { ScreeningResult, ScreeningSubject } from '../../../adapters/ports/screening.ts';
import type { ErrorCode } from '../../../domain/errors.ts';
import { failure } from './judgements.ts';

/** What a new screening adapter brings: itself, opened, and its counterpart. */
export interface ScreeningUnderTest extends OpenedScreening {
  counterpart: ScreeningCounterpart;
}

/** Raw access to the service, past the adapter. */
export interface ScreeningCounterpart {
  /** A name that its list holds with the id of the entry, one that only resembles an entry, and one that is on no list. */
  names: { listed: string; entry: string; resembling: string; harmless: string };
  /** The next answer about any subject says this; `unknown-word` is a status that the adapter has never heard of. */
  say(what: 'stale' | 'error' | 'unknown-word'): Promise<void>;
  /** Subjects that were checked, by the service's own memory. */
  checked(): Promise<string[]>;
  inject(fault: 'slow' | 'fails-before' | 'loses-answer' | 'throttles'): Promise<void>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

const context = { correlationId: 'contract-correlation' };

/** What every screening adapter must do: whatever goes wrong on the way, nobody becomes clear by it (P10). */
export function describeScreeningContract(name: string, open: () => Promise<ScreeningUnderTest>): void {
  describe(`screening contract: ${name}`, () => {
    let test: ScreeningUnderTest;
    beforeAll(async () => {
      test = await open();
    });
    afterEach(() => test.counterpart.clear());
    afterAll(() => test?.counterpart.close());

    it('answers each subject in the order asked, with list date and reference', async () => {
      const { names } = test.counterpart;
      const subjects = [subject('a', names.harmless), subject('b', names.listed), subject('c', names.resembling)];
      const results = await test.screening.screen(subjects, context);
      expect(results.map(({ id, state }) => [id, state])).toEqual([['a', 'clear'], ['b', 'hit'], ['c', 'review']]);
      expect(results[1]?.hits).toContain(names.entry);
      for (const { listDate, reference } of results) {
        expect(listDate).toMatch(/^\d{4}-\d\d-\d\d$/);
        expect(reference).not.toBe('');
      }
      expect(new Set(results.map(({ reference }) => reference)).size).toBe(3);
    });

    it('asks for every subject, however many', async () => {
      const subjects = Array.from({ length: 1_203 }, (_, index) => subject(`many-${index}`, index === 1_100 ? test.counterpart.names.listed : test.counterpart.names.harmless));
      const results = await test.screening.screen(subjects, context);
      expect(results.map(({ id }) => id)).toEqual(subjects.map(({ id }) => id));
      expect(results.filter(({ state }) => state !== 'clear').map(({ id }) => id)).toEqual(['many-1100']);
      const checked = new Set(await test.counterpart.checked());
      expect(subjects.filter(({ id }) => !checked.has(id))).toEqual([]);
      expect(await test.screening.screen([], context)).toEqual([]);
    });

    it.each<['stale' | 'error' | 'unknown-word', ScreeningResult['state']]>([
      ['stale', 'stale'],
      ['error', 'error'],
      ['unknown-word', 'review'],
    ])('a harmless name is not clear when the service says %s: %s', async (said, state) => {
      await test.counterpart.say(said);
      const [result] = await test.screening.screen([subject('x', test.counterpart.names.harmless)], context);
      expect(result?.state).toBe(state);
    });

    it('a name without a letter is never clear', async () => {
      const [result] = await test.screening.screen([subject('x', ' - ')], context);
      expect(result?.state).not.toBe('clear');
    });

    it.each<['slow' | 'fails-before' | 'loses-answer' | 'throttles', ErrorCode]>([
      ['slow', 'counterpart-unavailable'],
      ['fails-before', 'counterpart-unavailable'],
      ['loses-answer', 'counterpart-unavailable'],
      ['throttles', 'counterpart-throttled'],
    ])('%s is %s, tells no names, and the next call works', async (fault, code) => {
      const marker = 'CONFIDENTIAL-7f3a';
      await test.counterpart.inject(fault);
      const error = await failure(test.screening.screen([subject('x', marker)], context));
      expect(error.code).toBe(code);
      expect(inspect(error, { depth: 20 })).not.toContain(marker);
      expect(await test.screening.screen([subject('x', test.counterpart.names.harmless)], context)).toMatchObject([{ state: 'clear' }]);
    });
  });
}

function subject(id: string, name: string): ScreeningSubject {
  return { id, name, kind: 'company', country: 'DE' };
}
