import { z } from 'zod';
import { KontorError } from '../../../domain/errors.ts';
import type { BankTransport } from '../../ports/bank-transport.ts';
import type { AdapterTools, CallContext } from '../../ports/definition.ts';
import { baseOf, jsonOf, parsedAnswer } from '../../tools/answer.ts';
import type { MockBankTransportConfig } from './config.ts';

const takenSchema = z.object({ msg_id: z.string().min(1) });
const refusedSchema = z.object({ reason: z.string().min(1), reason_text: z.string().nullish() });
const paymentsSchema = z.array(z.object({ msg_id: z.string() }));
const messagesSchema = z.array(z.object({ id: z.number().int(), type: z.string(), releasedAt: z.string().min(1), body: z.string() }));
const cursorSchema = z.object({ at: z.string(), seen: z.array(z.number()) });

const mostMessages = 50;

/** The bank of the Python package mock-bank: a second bank, of strangers, for tests of the adapters. */
export function createMockBankTransport(config: MockBankTransportConfig, tools: AdapterTools): BankTransport {
  const base = baseOf(config);
  /** It gives an ACH file an id of its own, made from the file's header: this remembers which. */
  const ownIds = new Map<string, string>();

  return {
    async put({ messageId, mediaType, text }, context) {
      const purpose = 'send payment file';
      const answer = await tools.exchange({ operation: 'effect', purpose, method: 'POST', url: new URL('payments', base), headers: { 'content-type': mediaType }, body: text, timeoutMs: config.timeoutMs, context });
      if (answer.status === 202) {
        // 202 says that it has the file, whatever it says of the payments: those are told by its status report.
        const { msg_id: reference } = parsedAnswer(answer, takenSchema, purpose, 'effect');
        ownIds.set(messageId, reference);
        return { outcome: 'received', reference };
      }
      const refusal = refusedSchema.safeParse(jsonOf(answer));
      if (answer.status < 400 || !refusal.success) throw new KontorError('counterpart-unreadable', `${purpose}: answered ${answer.status} without a reason that can be read`);
      return { outcome: 'refused', code: refusal.data.reason, message: refusal.data.reason_text ?? refusal.data.reason };
    },

    async find(messageId, context) {
      const wanted = ownIds.get(messageId) ?? messageId;
      const payments = await read('find payment file', '_mock/payments', paymentsSchema, context);
      return payments.some((payment) => payment.msg_id === wanted) ? { outcome: 'received', reference: wanted } : undefined;
    },

    async fetch(cursor, context) {
      const purpose = 'fetch bank messages';
      // The list itself lets nothing out that has fallen due since; a look into the mailbox does, and takes nothing where no message fits.
      await read(purpose, '_mock/mailbox?leave&type=none', z.array(z.unknown()), context);
      const all = await read(purpose, '_mock/messages', messagesSchema, context);
      const position = cursor === undefined ? { at: '', seen: [] } : cursorSchema.parse(JSON.parse(cursor));
      // Numbers are given when a message is planned, not when it is sent: a late one has a small number and comes after.
      const waiting = all.filter(({ id, releasedAt }) => releasedAt > position.at || (releasedAt === position.at && !position.seen.includes(id)));
      const page = waiting.sort((a, b) => (a.releasedAt === b.releasedAt ? a.id - b.id : a.releasedAt < b.releasedAt ? -1 : 1)).slice(0, mostMessages);
      const at = page.at(-1)?.releasedAt ?? position.at;
      const seen = [...(at === position.at ? position.seen : []), ...page.filter(({ releasedAt }) => releasedAt === at).map(({ id }) => id)];
      return { messages: page.map(({ id, type, body }) => ({ id: String(id), kind: type, text: body })), cursor: JSON.stringify({ at, seen }) };
    },
  };

  async function read<Schema extends z.ZodType>(purpose: string, path: string, schema: Schema, context: CallContext): Promise<z.infer<Schema>> {
    const answer = await tools.exchange({ operation: 'read', purpose, method: 'GET', url: new URL(path, base), timeoutMs: config.timeoutMs, context });
    const parsed = schema.safeParse(jsonOf(answer));
    if (answer.status !== 200 || !parsed.success) throw new KontorError('counterpart-unreadable', `${purpose}: answered ${answer.status} where a list was expected`);
    return parsed.data;
  }
}
