import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { approvalBottlenecks, exceptionAgeing, throughput } from '../../db/repositories/figures.ts';
import { KontorError } from '../../domain/errors.ts';
import { instantSchema } from '../../domain/model/dates.ts';
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
    exceptions: z.array(
      z.object({ code: z.string(), ownerRole: z.string(), open: whole, overdue: whole, underOneDay: whole, oneToThreeDays: whole, threeToSevenDays: whole, overSevenDays: whole, oldestHours: whole }).strict(),
    ),
    approvals: z.array(z.object({ role: z.string(), open: whole, overdue: whole, escalated: whole, oldestHours: whole, decided: whole, hoursToDecisionP50: duration, hoursToDecisionP90: duration }).strict()),
  })
  .strict()
  .meta({ id: 'Kpis' });

const kpiQuery = z.object({ entity: z.string().max(12).optional(), from: instantSchema.optional(), to: instantSchema.optional() }).strict();

/** Key figures over the read model; the last 30 days unless told otherwise. */
export function kpiRoutes(db: Db): Operation[] {
  return [
    operation({
      id: 'getKpis',
      method: 'get',
      path: '/v1/kpis',
      tag: 'operations',
      summary: 'Straight-through rate, cycle time, exception ageing, approval bottlenecks',
      permission: 'kpis:read',
      query: kpiQuery,
      responses: { 200: { description: 'Figures of documents accepted in the period, and of what is open now', schema: kpiSchema } },
      async handle({ query, caller }) {
        const to = query.to ?? new Date().toISOString();
        const from = query.from ?? new Date(Date.parse(to) - periodMs).toISOString();
        if (Date.parse(from) >= Date.parse(to)) throw new KontorError('request-invalid', 'The period ends before it begins.', { place: { path: '/to' } });
        const entities = await visibleEntities(db, caller, 'kpis:read', query.entity);
        const filter = { from, to, ...(entities === undefined ? {} : { entities }) };
        const { receivedToPostedP50: cycleSecondsP50, receivedToPostedP90: cycleSecondsP90, ...counts } = await throughput(db, filter);
        const straightThroughRate = counts.posted === 0 ? null : Math.round((counts.touchless / counts.posted) * 10_000) / 10_000;
        return {
          status: 200,
          body: { from, to, invoices: { ...counts, straightThroughRate, cycleSecondsP50, cycleSecondsP90 }, exceptions: await exceptionAgeing(db, entities), approvals: await approvalBottlenecks(db, filter) },
        };
      },
    }),
  ];
}
