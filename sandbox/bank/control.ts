import { z } from 'zod';
import { addDays } from '../../domain/calendar/plain-date.ts';
import { isCurrency } from '../../domain/rules/money.ts';
import { parseBody, Refusal, type Answer, type Request, type Route } from '../shared/http.ts';
import type { Bank } from './bank.ts';
import { bankDaysAfter, dateOf, isBankDay, startOf } from './calendar.ts';
import { behaviourSchema, type Task } from './model.ts';

const advanceSchema = z.union([
  z.object({ to: z.union([z.iso.date(), z.iso.datetime()]) }).strict(),
  z.object({ days: z.number().int().positive().max(1000) }).strict(),
  z.object({ minutes: z.number().int().positive() }).strict(),
]);
const returnSchema = z.object({ endToEndId: z.string(), reason: z.string().regex(/^[A-Z0-9]{4}$/).default('AC04') }).strict();
const creditSchema = z
  .object({
    account: z.string(),
    minor: z.string().regex(/^[1-9]\d{0,17}$/),
    currency: z.string().refine(isCurrency),
    debtor: z.object({ name: z.string(), account: z.string().optional() }).strict(),
    endToEndId: z.string().optional(),
    remittance: z.string().max(140).optional(),
    reference: z.string().max(35).optional(),
  })
  .strict();

/** Under `/_sandbox/bank/`: the clock, the behaviour, and what other banks do. */
export function bankControl(bank: Bank): Route[] {
  const route = (method: Route['method'], topic: string, use: (request: Request) => unknown): Route => ({
    name: `sandbox.bank.${topic}`,
    method,
    path: `/_sandbox/bank/${topic}`,
    handle: (request): Answer => {
      bank.catchUp();
      return { status: 200, body: use(request) };
    },
  });
  const clock = () => ({ now: new Date(bank.now()).toISOString(), date: dateOf(bank.now()), bankDay: isBankDay(dateOf(bank.now())), nextBankDay: bankDaysAfter(dateOf(bank.now()), 1) });

  return [
    route('GET', 'clock', clock),
    route('POST', 'advance', ({ body }) => {
      bank.advance(target(parseBody(advanceSchema, body), bank.now()));
      return clock();
    }),
    route('GET', 'behaviour', () => ({ items: bank.state.rules })),
    route('POST', 'behaviour', ({ body }) => {
      bank.behave(parseBody(behaviourSchema, body));
      return bank.state.rules.at(-1);
    }),
    route('DELETE', 'behaviour', () => {
      bank.forgetBehaviours();
      return { items: [] };
    }),
    route('POST', 'returns', ({ body }) => {
      const { endToEndId, reason } = parseBody(returnSchema, body);
      const payments = [...bank.state.payments.values()].filter((payment) => payment.endToEndId === endToEndId && payment.state === 'booked');
      if (payments.length === 0) throw new Refusal(422, 'PAYMENT', `no booked payment has the end-to-end id ${endToEndId}`);
      return ordered({ at: bank.now(), due: { kind: 'return', payments: payments.map(({ no }) => no), reason } });
    }),
    route('POST', 'credits', ({ body }) => {
      const { account, minor, currency, ...credit } = parseBody(creditSchema, body);
      if (bank.state.accounts.get(account)?.account.currency !== currency) throw new Refusal(422, 'ACCOUNT', `there is no account ${account} in ${currency}`);
      return ordered({ at: bank.now(), due: { kind: 'credit', account, amount: { currency, minor }, credit } });
    }),
  ];

  function ordered(task: Task): unknown {
    bank.order([task]);
    return { booking: bank.state.bookings.at(-1)?.no };
  }
}

/** A date means the moment at which it begins: the statements of the days before are out, its own payments are booked. */
function target(wanted: z.infer<typeof advanceSchema>, now: number): number {
  if ('minutes' in wanted) return now + wanted.minutes * 60_000;
  if ('days' in wanted) return startOf(addDays(dateOf(now), wanted.days));
  const to = wanted.to.length === 10 ? startOf(wanted.to) : Date.parse(wanted.to);
  return wanted.to === dateOf(now) ? now : to;
}
