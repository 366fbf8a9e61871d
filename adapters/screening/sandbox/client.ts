import { z } from 'zod';
import { KontorError } from '../../../domain/errors.ts';
import type { AdapterTools, CallContext } from '../../ports/definition.ts';
import type { ScreeningSubject } from '../../ports/screening.ts';
import { baseOf, parsedAnswer } from '../../tools/answer.ts';
import type { SandboxScreeningConfig } from './config.ts';

export const wireResultSchema = z.object({ checkNo: z.string().min(1), subjectId: z.string(), status: z.string(), matches: z.array(z.string()), listDate: z.iso.date().optional() });
export type WireResult = z.infer<typeof wireResultSchema>;

const answerSchema = z.object({ results: z.array(wireResultSchema) });
const purpose = 'screen payees';

export interface SandboxScreeningClient {
  check(subjects: ScreeningSubject[], context: CallContext): Promise<WireResult[]>;
}

/** Speaks HTTP with the sandbox screening service. A check changes nothing there, so it counts as a read and may be repeated. */
export function createClient(config: SandboxScreeningConfig, tools: AdapterTools): SandboxScreeningClient {
  const url = new URL('screening/checks', baseOf(config));
  return {
    async check(subjects, context) {
      const body = JSON.stringify({ subjects: subjects.map(({ id, name, kind, country }) => ({ id, name, kind, country })) });
      const answer = await tools.exchange({ operation: 'read', purpose, method: 'POST', url, headers: { 'content-type': 'application/json' }, body, timeoutMs: config.timeoutMs, context });
      if (answer.status !== 200) throw new KontorError('counterpart-unreadable', `${purpose}: answered ${answer.status} where results were expected`);
      return parsedAnswer(answer, answerSchema, purpose, 'read').results;
    },
  };
}
