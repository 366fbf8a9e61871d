import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { approvalBottlenecks, exceptionAgeing, throughput, type FigureFilter } from '../../db/repositories/figures.ts';
import { paymentFigures, stoppedDuplicates, type PaymentFigures, type StoppedDuplicates } from '../../db/repositories/payment-figures.ts';
import { KontorError } from '../../domain/errors.ts';
import { instantSchema } from '../../domain/model/dates.ts';
import { moneySchema } from '../../domain/model/money.ts';
import { invoiceToPayProcess } from '../../workflows/contracts/invoice-to-pay.ts';
import { visibleEntities } from '../access.ts';
import { operation, type Operation } from '../operation.ts';

const periodMs = 30 * 24 * 3_600_000;
const whole = z.number().int().nonnegative();
const duration = z.number().nonnegative().nullable();

const kpiSchema = z
  .object({
    from: instantSchema,
    to: instantSchema,
    invoices: z
      .object({
        accepted: whole,
        posted: whole,
        touchless: whole,
        paid: whole,
        rejected: whole,
        duplicates: whole,
        /** Posted without anybody's decision, of all that were posted; null while none was. */
        straightThroughRate: z.number().min(0).max(1).nullable(),
        /** Received to posted, in seconds. */
        cycleSecondsP50: duration,
        cycleSecondsP90: duration,
      })
      .strict(),
    duplicatesStopped: z.array(z.object({ count: whole, amount: moneySchema }).strict()).meta({ description: 'Invoices that ended as a duplicate, by currency: what was not paid twice' }),
    /** One entry a currency; absent while the bank has confirmed no payment in the period. */
    payments: z
      .array(
        z
          .object({
            /** Invoices, by the day on which the bank booked them. */
            paid: whole,
            amount: moneySchema,
            /** After their due date. */
            late: whole,
            lateRate: z.number().min(0).max(1),
            /** Days payable outstanding: from issue to payment, weighted by amount. */
            dpoDays: z.number().nullable(),
            discountCaptured: moneySchema,
            /** The best tier that these invoices offered, whether or not it could be reached. */
            discountAvailable: moneySchema,
          })
          .strict(),
      )
      .min(1)
      .optional(),
    exceptions: z.array(
      z.object({ code: z.string(), ownerRole: z.string(), open: whole, overdue: whole, underOneDay: whole, oneToThreeDays: whole, threeToSevenDays: whole, overSevenDays: whole, oldestHours: whole }).strict(),
    ),
    approvals: z.array(z.object({ role: z.string(), open: whole, overdue: whole, escalated: whole, oldestHours: whole, decided: whole, hoursToDecisionP50: duration, hoursToDecisionP90: duration }).strict()),
  })
  .strict()
  .meta({ id: 'Kpis' });

const kpiQuery = z.object({ entity: z.string().max(12).optional(), from: instantSchema.optional(), to: instantSchema.optional() }).strict();

/** Key figures over the read model; the last 30 days unless told otherwise. */
export function kpiRoutes(): Operation[] {
  return [
    operation({
      id: 'getKpis',
      method: 'get',
      path: '/v1/kpis',
      tag: 'operations',
      summary: 'Straight-through rate, cycle time, duplicates stopped, payments, exception ageing, approval bottlenecks',
      description: 'Documents accepted, and payments booked by the bank, in the period; exceptions and open approvals as they are now. `payments` is absent while there are none.',
      permission: 'kpis:read',
      query: kpiQuery,
      responses: { 200: { description: 'Figures of documents accepted in the period, and of what is open now', schema: kpiSchema } },
      async handle({ query, caller, at, read }) {
        const to = query.to ?? at.toISOString();
        const from = query.from ?? new Date(Date.parse(to) - periodMs).toISOString();
        if (Date.parse(from) >= Date.parse(to)) throw new KontorError('request-invalid', 'The period ends before it begins.', { place: { path: '/to' } });
        const entities = visibleEntities(caller, 'kpis:read', query.entity);
        return { status: 200, body: await read((db) => figures(db, { process: invoiceToPayProcess, from, to, ...(entities === undefined ? {} : { entities }) })) };
      },
    }),
  ];
}

async function figures(db: Db, filter: FigureFilter & { process: string }): Promise<z.infer<typeof kpiSchema>> {
  const { from, to, entities } = filter;
  const paid = await paymentFigures(db, filter);
  const { receivedToPostedP50: cycleSecondsP50, receivedToPostedP90: cycleSecondsP90, ...counts } = await throughput(db, filter);
  const straightThroughRate = counts.posted === 0 ? null : Math.round((counts.touchless / counts.posted) * 10_000) / 10_000;
  return {
    from,
    to,
    invoices: { ...counts, straightThroughRate, cycleSecondsP50, cycleSecondsP90 },
    duplicatesStopped: (await stoppedDuplicates(db, filter)).map(stopped),
    ...(paid.length > 0 ? { payments: paid.map(payments) } : {}),
    exceptions: await exceptionAgeing(db, entities),
    approvals: await approvalBottlenecks(db, filter),
  };
}

function stopped({ currency, count, amountMinor }: StoppedDuplicates) {
  return { count, amount: { currency, minor: amountMinor } };
}

function payments({ currency, paid, amountMinor, late, dpoDays, discountCapturedMinor, discountAvailableMinor }: PaymentFigures) {
  return {
    paid,
    amount: { currency, minor: amountMinor },
    late,
    lateRate: Math.round((late / paid) * 10_000) / 10_000,
    dpoDays,
    discountCaptured: { currency, minor: discountCapturedMinor },
    discountAvailable: { currency, minor: discountAvailableMinor },
  };
}
