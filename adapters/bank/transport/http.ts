import { z } from 'zod';
import { KontorError } from '../../../domain/errors.ts';
import { duplicateReasons } from '../../../domain/rules/payments/bank-status.ts';
import type { SubmissionAnswer } from '../../ports/bank.ts';
import type { BankTransport } from '../../ports/bank-transport.ts';
import type { AdapterTools, CallContext } from '../../ports/definition.ts';
import { baseOf, jsonOf, parsedAnswer } from '../../tools/answer.ts';
import type { HttpTransportConfig } from './config.ts';

const refusalSchema = z.object({ code: z.string().min(1), text: z.string() });
const receiptSchema = z.object({ reference: z.string().min(1) });
const errorSchema = z.object({ error: refusalSchema });
/** Files that the bank knows under a message id, in any order; `refused` where it did not take one. */
const filesSchema = z.object({ items: z.array(z.object({ messageId: z.string(), reference: z.string().min(1), refused: refusalSchema.optional() })) });
const verificationSchema = z.object({ result: z.enum(['MTCH', 'CMTC', 'NMTC', 'NOAP']), name: z.string().optional() });
const verificationResults = { MTCH: 'match', CMTC: 'close-match', NMTC: 'no-match', NOAP: 'unavailable' } as const;
const messagesSchema = z.object({ items: z.array(z.object({ id: z.string().min(1), kind: z.string(), text: z.string() })), next: z.string() });

/**
 * Four calls under the base URL:
 *
 * - `POST files` with the file as body and its id in `x-message-id`: 2xx `{reference}`, or 4xx `{error: {code, text}}` when it is refused, 409 where it has a file of this id already;
 * - `GET files?messageId=`: `{items: [{messageId, reference, refused?: {code, text}}]}`, empty while the bank knows nothing;
 * - `POST payee-verifications` with `{name, iban}`: `{result, name?}` in the words of the verification of payee scheme (`MTCH`, `CMTC` with the name, `NMTC`, `NOAP`), 404 where the bank does not offer it;
 * - `GET messages?after=&account=`, both optional: `{items: [{id, kind, text}], next}`, oldest first; `next` is the cursor to go on from, also after no message.
 */
export function createHttpTransport(config: HttpTransportConfig, tools: AdapterTools): BankTransport {
  const base = baseOf(config);
  return {
    async put(file, context) {
      const purpose = 'send payment file';
      const headers = { 'content-type': `${file.mediaType}; charset=utf-8`, 'x-message-id': file.messageId, 'x-file-name': file.fileName };
      const answer = await tools.exchange({ operation: 'effect', purpose, method: 'POST', url: new URL('files', base), headers, body: file.text, timeoutMs: config.timeoutMs, context });
      if (answer.status < 300) return { outcome: 'received', reference: parsedAnswer(answer, receiptSchema, purpose, 'effect').reference };
      const refusal = errorSchema.safeParse(jsonOf(answer));
      if (answer.status < 400 || !refusal.success) throw new KontorError('counterpart-unreadable', `${purpose}: answered ${answer.status} without a reason that can be read`);
      const { code, text } = refusal.data.error;
      const inItsWords = answer.status === 409 && !duplicateReasons.has(code);
      return inItsWords ? refused({ code: 'DUPL', text: `${code}: ${text}` }) : refused({ code, text });
    },

    async find(messageId, context) {
      const { items } = await read('find payment file', 'files', { messageId }, filesSchema, context);
      const own = items.filter((file) => file.messageId === messageId);
      const taken = own.find((file) => file.refused === undefined);
      if (taken) return { outcome: 'received', reference: taken.reference };
      const refusals = own.flatMap((file) => file.refused ?? []);
      const first = refusals.find(({ code }) => !duplicateReasons.has(code)) ?? refusals[0];
      return first && refused(first);
    },

    async verifyPayee({ name, iban }, context) {
      const purpose = 'verify payee';
      const headers = { 'content-type': 'application/json' };
      const answer = await tools.exchange({ operation: 'read', purpose, method: 'POST', url: new URL('payee-verifications', base), headers, body: JSON.stringify({ name, iban }), timeoutMs: config.timeoutMs, context });
      if (answer.status === 404) return { result: 'unavailable' };
      if (answer.status !== 200) throw new KontorError('counterpart-unreadable', `${purpose}: answered ${answer.status} where a result was expected`);
      const { result, name: held } = parsedAnswer(answer, verificationSchema, purpose, 'read');
      return { result: verificationResults[result], ...(held === undefined ? {} : { name: held }) };
    },

    async fetch(cursor, context) {
      const { items, next } = await read('fetch bank messages', 'messages', { after: cursor, account: config.account }, messagesSchema, context);
      return { messages: items, cursor: next };
    },
  };

  async function read<Schema extends z.ZodType>(purpose: string, path: string, query: Record<string, string | undefined>, schema: Schema, context: CallContext): Promise<z.infer<Schema>> {
    const url = new URL(path, base);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.append(name, value);
    const answer = await tools.exchange({ operation: 'read', purpose, method: 'GET', url, timeoutMs: config.timeoutMs, context });
    if (answer.status !== 200) throw new KontorError('counterpart-unreadable', `${purpose}: answered ${answer.status} where a result was expected`);
    return parsedAnswer(answer, schema, purpose, 'read');
  }
}

function refused({ code, text }: z.infer<typeof refusalSchema>): SubmissionAnswer {
  return { outcome: 'refused', code, message: text };
}
