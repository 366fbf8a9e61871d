import type { Db } from '../../db/client.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { readEntity } from '../../db/repositories/directory.ts';
import { activePolicy } from '../../db/repositories/policies.ts';
import type { Decision } from '../../domain/model/decision.ts';
import { compareExact, exact } from '../../domain/rules/decimal.ts';
import { exactAmount } from '../../domain/rules/money.ts';
import type { Identity } from '../middleware/identity.ts';
import { requireRecentLogin } from '../middleware/step-up.ts';

/** For the release of payments where a company's policy names nothing. */
const releaseWithinMinutes = 15;

/**
 * S12: what lets more money go than the policy in force names needs a recent log-in, the release of payments always. A rejection,
 * a correction or a withdrawal lets none go; an amount that is not known, as of a payment run, counts as more. @throws LoginTooOld
 */
export async function requireStepUp(db: Db, { caller, at }: { caller: Identity; at: Date }, said: Pick<Decision, 'entity' | 'case' | 'update' | 'decision'>): Promise<void> {
  const letsGo = said.decision === 'approve' || said.decision === 'override';
  const entity = letsGo ? await readEntity(db, said.entity) : undefined;
  if (!entity) return;
  const { stepUp } = (await activePolicy(db, 'approval', entity.policies.approval, at.toISOString().slice(0, 10))).content;
  if (said.update === 'release') return requireRecentLogin(caller, stepUp?.withinMinutes ?? releaseWithinMinutes, at.getTime());
  if (!stepUp) return;
  const amount = (await latestAssessment(db, said.case))?.result.amountForAuthority;
  const small = amount !== undefined && amount.currency === entity.currency && compareExact(exactAmount(amount), exact(stepUp.over)) <= 0;
  if (!small) requireRecentLogin(caller, stepUp.withinMinutes, at.getTime());
}
