import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { peopleOf } from '../../db/repositories/directory.ts';
import { accountChanged, choosersOfAccount, liftHold, listHolds, readHold, type StoredHold } from '../../db/repositories/payables.ts';
import { KontorError } from '../../domain/errors.ts';
import { plainDateSchema } from '../../domain/model/dates.ts';
import { payeeVerificationSchema, paymentHoldSchema } from '../../domain/model/payment.ts';
import { judgeConfirmation } from '../../domain/rules/payments/changed-accounts.ts';
import { requireEntity, unknown, visibleEntities } from '../access.ts';
import { reasonSchema } from '../decisions/approval.ts';
import { operation, type Call, type Operation } from '../operation.ts';
import { writeOnce } from '../writing.ts';

const idParams = z.object({ id: z.string().min(1).max(120) });
/** P9: whom at the supplier somebody reached on a contact that was on file before the change, and when. */
const callBackSchema = z.object({ contact: z.string().trim().min(3).max(200), on: plainDateSchema }).strict();
const nameCheckSchema = payeeVerificationSchema.shape.result;
const liftSchema = z
  .object({
    reason: reasonSchema,
    callBack: callBackSchema.optional().meta({ description: 'Needed for a changed bank account' }),
    nameCheck: nameCheckSchema.optional().meta({ description: 'Needed for a changed bank account that the bank did not confirm: the result that was seen' }),
  })
  .strict()
  .meta({ id: 'PaymentHoldLift' });
type Lift = z.infer<typeof liftSchema>;
const holdSchema = paymentHoldSchema
  .extend({ setBy: z.string(), createdAt: z.string(), liftedBy: z.string().optional(), liftReason: z.string().optional(), liftedAt: z.string().optional(), callBack: callBackSchema.optional() })
  .extend({ changedBy: z.string().optional(), verification: nameCheckSchema.optional(), verifiedName: z.string().optional() })
  .meta({ id: 'PaymentHold' });

/** What keeps suppliers, accounts and documents from being paid, and who let them go again. */
export function paymentHoldRoutes(db: Db): Operation[] {
  return [
    operation({
      id: 'listPaymentHolds',
      method: 'get',
      path: '/v1/payment-holds',
      tag: 'payment-runs',
      summary: 'Holds on suppliers, bank accounts and companies',
      permission: 'payments:read',
      query: z.object({ entity: z.string().optional(), open: z.enum(['true', 'false']).optional() }).strict(),
      responses: { 200: { description: 'The newest 500', schema: z.object({ items: z.array(holdSchema) }).strict() } },
      async handle({ query, caller, read }) {
        const entities = visibleEntities(caller, 'payments:read', query.entity) ?? null;
        const holds = await read((scoped) => listHolds(scoped, { entities, open: query.open === undefined ? null : query.open === 'true' }));
        return { status: 200, body: { items: holds.map(shown) } };
      },
    }),
    operation({
      id: 'liftPaymentHold',
      method: 'post',
      path: '/v1/payment-holds/{id}/lift',
      tag: 'payment-runs',
      summary: 'Let payments go again, with a reason',
      permission: 'payments:lift-hold',
      params: idParams,
      body: { kind: 'json', schema: liftSchema },
      responses: { 200: { description: 'The hold as it stands', schema: holdSchema } },
      handle: (call) => lift(db, call),
    }),
  ];
}

async function lift(db: Db, call: Call<z.infer<typeof idParams>, unknown, Lift>) {
  const hold = await call.read((scoped) => readHold(scoped, call.params.id));
  if (!hold) throw unknown('payment hold');
  requireEntity(call.caller, 'payments:lift-hold', hold.entity, 'payment hold');
  const { reason, callBack, nameCheck } = call.body;
  return writeOnce(db, call, async (trx) => {
    const person = call.caller.personId;
    if (hold.subject === 'bank-account' && hold.reason.startsWith(accountChanged)) {
      const chosenBy = await choosersOfAccount(trx, hold.entity, hold.subjectId);
      const fault = judgeConfirmation({ changedBy: hold.detail.changedBy, verification: hold.detail.verification ?? 'unavailable', chosenBy }, { person, callBack, nameCheck }, call.at.toISOString().slice(0, 10), await peopleOf(trx, hold.entity));
      if (fault) throw new KontorError(fault.code, fault.message);
    }
    if (!(await liftHold(trx, hold.id, { person, reason, ...(callBack ? { detail: { callBack, nameCheck } } : {}) }))) throw new KontorError('already-decided', 'This hold was lifted in the meantime.');
    const now = await readHold(trx, hold.id);
    if (!now) throw new Error('a hold is gone');
    return { entity: hold.entity, answer: { status: 200, body: shown(now) }, events: [{ action: 'payment-hold.lifted', data: { hold: hold.id, subject: hold.subject, subjectId: hold.subjectId, reason: hold.reason, ...(callBack ? { calledBackOn: callBack.on, nameCheck: hold.detail.verification ?? 'unavailable' } : {}) } }] };
  });
}

function shown({ liftedBy, liftReason, liftedAt, detail: { changedBy, verification, name }, liftDetail, ...hold }: StoredHold): z.infer<typeof holdSchema> {
  const text = (values: Record<string, unknown>) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return { ...hold, ...text({ changedBy, verification, verifiedName: name, callBack: liftDetail?.callBack }), ...(liftedBy ? { liftedBy } : {}), ...(liftReason ? { liftReason } : {}), ...(liftedAt ? { liftedAt } : {}) };
}
