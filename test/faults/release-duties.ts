import type { Person } from '../../domain/model/person.ts';
import type { PaymentPolicy } from '../../domain/policy/payments.ts';
import type { House } from '../support/house.ts';
import { documentsOf, isLive, minorOf } from './paid.ts';
import { postingsIn, type CaseStory, type Told } from './told.ts';

/**
 * I5 of payments, by a second pair of eyes: who let each file go that the bank took. It knows the people and the bank's ledger;
 * none of the rules that decided is used here.
 */

export function releasesHeld({ persons, policies }: Pick<House, 'persons' | 'policies'>, told: Told, stories: ReadonlyMap<string, CaseStory>, runs: ReadonlyMap<string, CaseStory>): string[] {
  const people = new Map(persons.map((person) => [person.id, person]));
  const files = new Set(told.bank.payments.filter(isLive).map(({ messageId }) => messageId));
  return [...files].flatMap((messageId) => {
    const run = runs.get(messageId);
    const own = told.bank.payments.filter((payment) => payment.messageId === messageId && isLive(payment));
    const total = own.reduce((sum, { amount }) => sum + BigInt(amount.minor), 0n);
    const needed = releasersFor(total, own[0]?.amount.currency, policies);
    const named = new Set(own.flatMap((payment) => documentsOf(payment, told.documents)).map(({ externalRef }) => externalRef));
    const itemApprovers = [...stories.values()].filter((story) => postingsIn(story, 'posted').some(({ posting }) => named.has(posting.key))).flatMap(approversOf);
    const takenOut = new Set((run?.steps ?? []).flatMap(({ transition }) => (transition.kind === 'payments-removed' ? transition.endToEndIds : [])));
    const surplus = own.filter(({ endToEndId }) => takenOut.has(endToEndId)).map(({ endToEndId }) => `${endToEndId} had been taken out of it`);
    return [...surplus, ...(run ? faultsOf(run, { total, needed }, itemApprovers, people) : ['nobody asked for it'])].map((fault) => `I5: file ${messageId}: ${fault}`);
  });
}

/** Two people release what is above the limit of the house's policy, and what no policy knows. */
function releasersFor(total: bigint, currency: string | undefined, policies: House['policies']): number {
  const limits = policies.flatMap(({ kind, content }) => (kind === 'payments' && (content as PaymentPolicy).currency === currency ? [minorOf((content as PaymentPolicy).secondReleaseAbove)] : []));
  return limits.length > 0 && limits.every((limit) => total <= limit) ? 1 : 2;
}

function faultsOf({ submitter, steps }: CaseStory, { total, needed }: { total: bigint; needed: number }, itemApprovers: string[], people: ReadonlyMap<string, Person>): string[] {
  // What is taken out right before the file leaves makes it smaller; what people said of the whole stands for the rest (P6).
  const human = (id: string) => people.get(id)?.employeeId ?? id;
  const content = steps.flatMap(({ transition }) => (transition.kind === 'proposed' || (transition.kind === 'payments-removed' && transition.reason !== 'not-payable') ? [transition.contentHash] : [])).at(-1);
  const said = (decision: string) => steps.flatMap(({ transition }) => (transition.kind === 'decided' && transition.decision === decision && transition.decisionHash === content ? [transition.by] : []));
  const approvers = said('approve');
  const releasers = said('release');
  const able = approvers.some((id) => people.get(id)?.roles.some(({ role, limit }) => role === 'finance-manager' && (limit === undefined || BigInt(limit.minor) >= total)));
  // Whoever proposed a run may edit it, as often as they like, and then neither approves nor releases it. What has a colon is no person.
  const editors = steps.flatMap(({ transition }) => (transition.kind === 'payments-removed' && !transition.by.includes(':') ? [transition.by] : []));
  const makers = new Set([...(submitter === undefined ? [] : [submitter]), ...editors].map(human));
  const hands = [...makers, ...[...approvers, ...releasers].map(human)];
  const documents = new Set(itemApprovers.map(human));
  return [
    ...(able ? [] : ['nobody with authority for it approved it']),
    ...(releasers.length >= needed ? [] : ['not enough people released it']),
    ...releasers.filter((id) => !people.get(id)?.roles.some(({ role }) => role === 'treasurer')).map((id) => `${id} released it and is no treasurer`),
    ...hands.filter((id, index) => hands.indexOf(id) !== index).map((id) => `${id} had it in hand twice`),
    ...releasers.filter((id) => documents.has(human(id))).map((id) => `${id} released it and approved a document in it`),
  ];
}

function approversOf({ steps }: CaseStory): string[] {
  return steps.flatMap(({ transition }) => (transition.kind === 'decided' && transition.decision === 'approve' ? [transition.by, ...(transition.onBehalfOf ? [transition.onBehalfOf] : [])] : []));
}
