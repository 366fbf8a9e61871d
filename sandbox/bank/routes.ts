import { z } from 'zod';
import { parseBody, Refusal, type Answer, type Request, type Route } from '../shared/http.ts';
import type { Bank } from './bank.ts';
import { ruleFor } from './state.ts';

/**
 * The bank's public interface. `/bank` is a connection for all its accounts, where `account` narrows messages to one;
 * `/bank/accounts/{number}` is the connection of one account alone: it takes no file for another and tells nothing of others.
 */
export function bankRoutes(bank: Bank): Route[] {
  const upToDate = (use: (request: Request) => Answer) => (request: Request) => {
    bank.catchUp();
    return use(request);
  };
  return ['/bank', '/bank/accounts/:account'].flatMap((connection): Route[] => [
    { name: 'bank.files.post', method: 'POST', path: `${connection}/files`, takes: 'text', handle: upToDate(receive), reference: ({ headers }) => headerOf(headers['x-message-id']) },
    { name: 'bank.files.find', method: 'GET', path: `${connection}/files`, handle: upToDate(find), reference: ({ query }) => query.get('messageId') ?? undefined },
    { name: 'bank.payees.verify', method: 'POST', path: `${connection}/payee-verifications`, handle: verify },
    { name: 'bank.messages.read', method: 'GET', path: `${connection}/messages`, handle: upToDate(read) },
  ]);

  function receive({ params, headers, body }: Request): Answer {
    const messageId = headerOf(headers['x-message-id']);
    if (messageId === undefined) throw new Refusal(400, 'FORMAT', 'the header x-message-id is missing');
    const { reference } = bank.receive(String(body), messageId, accountOf(params));
    bank.catchUp();
    return { status: 201, body: { reference } };
  }

  /** What was accepted under the id comes first; a refusal is listed with its reason, a duplicate only where nothing else is known. */
  function find({ params, query }: Request): Answer {
    const messageId = query.get('messageId') ?? '';
    const account = accountOf(params);
    const accepted = [...bank.state.files.values()].filter((file) => file.messageId === messageId && (account === undefined || file.debtorAccount === account));
    const refused = bank.state.refusals.filter((file) => file.messageId === messageId && (account === undefined || file.account === account) && (accepted.length === 0 || file.code !== 'DUPL'));
    const items = [
      ...accepted.map(({ reference, receivedAt, state, debtorAccount }) => ({ messageId, reference, receivedAt: new Date(receivedAt).toISOString(), state, debtorAccount })),
      ...refused.map(({ reference, receivedAt, code, text }) => ({ messageId, reference, receivedAt: new Date(receivedAt).toISOString(), state: 'RJCT', refused: { code, text } })),
    ];
    return { status: 200, body: { items } };
  }

  /** Verification of payee: of an account that no rule names the other bank says nothing. */
  function verify({ body }: Request): Answer {
    const { name, iban } = parseBody(z.object({ name: z.string(), iban: z.string() }).strict(), body);
    const plain = (text: string) => text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
    const known = ruleFor(bank.state, 'payee', (payee) => plain(payee.iban) === plain(iban));
    if (!known) return { status: 200, body: { result: 'NOAP' } };
    const { holder } = known.behaviour;
    const [told, held] = [plain(name), plain(holder)];
    if (told === held) return { status: 200, body: { result: 'MTCH' } };
    return { status: 200, body: told.slice(0, 6) === held.slice(0, 6) ? { result: 'CMTC', name: holder } : { result: 'NMTC' } };
  }

  function read({ params, query }: Request): Answer {
    const after = parseBody(z.coerce.number().int().nonnegative(), query.get('after') ?? '0');
    const limit = parseBody(z.coerce.number().int().positive().max(200), query.get('limit') ?? 100);
    const account = accountOf(params) ?? query.get('account') ?? undefined;
    const items: { id: string; kind: string; text: string }[] = [];
    let next = after;
    let size = 0;
    for (const { account: owner, ...message } of bank.state.outbox.slice(after)) {
      if (items.length === limit || (items.length > 0 && size + message.text.length > pageCharacters)) break;
      next += 1;
      if (account !== undefined && owner !== account) continue;
      items.push(message);
      size += message.text.length;
    }
    return { status: 200, body: { items, next: String(next) } };
  }
}

/** The account of a connection that is for one alone. */
function accountOf(params: Record<string, string>): string | undefined {
  return params['account'];
}

/** A page holds about this much text: statements may be large. */
const pageCharacters = 4_000_000;

function headerOf(value: string | string[] | undefined): string | undefined {
  return (Array.isArray(value) ? value[0] : value) || undefined;
}
