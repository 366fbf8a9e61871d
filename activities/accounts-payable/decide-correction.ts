import { saveCorrections } from '../../db/repositories/documents.ts';
import { correctionSchema, type Correction } from '../../domain/model/correction.ts';
import type { Corrections, LineCorrection } from '../../domain/model/invoice-facts.ts';
import type { Person } from '../../domain/model/person.ts';
import { humanOf } from '../../domain/rules/accounts-payable/duties.ts';
import { refusal, type Verdict } from '../decisions.ts';
import { decided } from './decide-approval.ts';
import type { Hearing } from './verify-decision.ts';

/** Roles that may correct our side of a document, or withdraw one that somebody else entered. */
const correctingRoles = ['ap-clerk', 'ap-lead'];
const withdrawingRoles = ['ap-lead'];

/** Corrects our own data about a document; whoever does it counts as a coder (A5). */
export async function judgeCorrection(hearing: Hearing): Promise<Verdict> {
  const { trx, decision, current, facts } = hearing;
  if (!holdsOne(facts.people, decision.person, current.case.entity, correctingRoles)) return refusal('not-permitted', 'Accounts payable corrects documents.');
  const correction = correctionSchema.safeParse(decision.payload['correction']);
  if (!correction.success) return refusal('request-invalid', 'The correction does not have the expected form.');
  await saveCorrections(trx, current.case.id, merged(facts.corrections, correction.data, decision.person));
  const { documentHash, documentVersion } = current.case;
  return {
    accepted: true,
    answer: {
      accepted: true,
      effect: 'corrected',
      transitions: [decided(hearing), { kind: 'corrected', at: hearing.at, by: decision.person, documentHash, version: documentVersion }],
    },
  };
}

/** Whoever entered a document may withdraw it, and so may the lead of accounts payable. */
export async function judgeWithdrawal(hearing: Hearing): Promise<Verdict> {
  const { decision, current, facts } = hearing;
  const isSubmitter = facts.submittedBy !== undefined && humanOf(facts.submittedBy, facts.people) === humanOf(decision.person, facts.people);
  if (!isSubmitter && !holdsOne(facts.people, decision.person, current.case.entity, withdrawingRoles)) return refusal('not-permitted', 'A document is withdrawn by whoever entered it, or by the lead of accounts payable.');
  return { accepted: true, answer: { accepted: true, effect: 'withdrawn', transitions: [decided(hearing)] } };
}

/** Later corrections of a line replace earlier ones; everybody who made any counts as a coder (A5). */
function merged(before: Corrections, { lines = [], ...head }: Correction, person: string): Corrections {
  const byLine = new Map<string, LineCorrection>(before.lines.map((line) => [line.line, line]));
  for (const line of lines) byLine.set(line.line, { ...byLine.get(line.line), ...line });
  return { ...before, ...head, lines: [...byLine.values()], by: [...new Set([...before.by, person])].sort() };
}

function holdsOne(people: readonly Person[], personId: string, entity: string, roles: readonly string[]): boolean {
  const person = people.find(({ id }) => id === personId);
  return person?.active === true && person.roles.some((held) => (held.entity === entity || held.entity === '*') && roles.includes(held.role));
}
