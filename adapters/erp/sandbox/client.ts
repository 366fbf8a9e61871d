import type { z } from 'zod';
import { KontorError } from '../../../domain/errors.ts';
import type { AdapterTools, CallContext } from '../../ports/definition.ts';
import { baseOf, jsonOf, parsedAnswer } from '../../tools/answer.ts';
import type { SandboxErpConfig } from './config.ts';
import { errorSchema } from './wire.ts';

export interface SandboxErpClient {
  read<Schema extends z.ZodType>(question: Question, schema: Schema, context: CallContext): Promise<z.infer<Schema>>;
  /** A refusal by the ERP's own rules is an answer; without an answer that can be read, the outcome is unknown. */
  send<Schema extends z.ZodType>(effect: Effect, schema: Schema, context: CallContext): Promise<{ done: z.infer<Schema> } | { refused: { code: string; text: string } }>;
}

interface Question {
  purpose: string;
  path: string[];
  query: [name: string, value: string][];
}

interface Effect {
  purpose: string;
  path: string[];
  body: object;
}

/** Speaks HTTP with the sandbox ERP: one request a call, answers parsed before anything believes them. */
export function createClient(config: SandboxErpConfig, tools: AdapterTools): SandboxErpClient {
  return {
    async read({ purpose, path, query }, schema, context) {
      const url = urlOf(path);
      for (const [name, value] of query) url.searchParams.append(name, value);
      const answer = await tools.exchange({ operation: 'read', purpose, method: 'GET', url, timeoutMs: config.timeoutMs, context });
      if (answer.status !== 200) throw new KontorError('counterpart-unreadable', `${purpose}: answered ${answer.status} where a result was expected`);
      return parsedAnswer(answer, schema, purpose, 'read');
    },
    async send({ purpose, path, body }, schema, context) {
      const headers = { 'content-type': 'application/json' };
      const answer = await tools.exchange({ operation: 'effect', purpose, method: 'POST', url: urlOf(path), headers, body: JSON.stringify(body), timeoutMs: config.timeoutMs, context });
      if (answer.status < 300) return { done: parsedAnswer(answer, schema, purpose, 'effect') };
      const refusal = errorSchema.safeParse(jsonOf(answer));
      if (answer.status < 400 || !refusal.success) throw new KontorError('counterpart-unreadable', `${purpose}: answered ${answer.status} without a reason that can be read`);
      return { refused: refusal.data.error };
    },
  };

  function urlOf(path: string[]): URL {
    return new URL(['erp', config.company, ...path].map(encodeURIComponent).join('/'), baseOf(config));
  }
}
