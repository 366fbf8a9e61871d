import type { Person } from '../../domain/model/person.ts';
import type { ErpDocument } from '../../sandbox/erp/documents.ts';
import { postingsIn, type CaseStory, type Told } from './told.ts';

/**
 * I5, by a second pair of eyes: who approved what the counterpart holds. It knows the people and their limits as the house
 * was given them, and the deeds from the chain and the ledger; none of the rules that decided is used here.
 */

/** Up to this amount a document that agrees with its order needs nobody (policies/approval); tests add DE02 from the file of DE01. */
const withoutApproval: Record<string, bigint> = { DE01: 2_500_000n, DE02: 2_500_000n, US01: 1_000_000n };

export function dutiesHeld(persons: readonly Person[], told: Told, stories: ReadonlyMap<string, CaseStory>): string[] {
  const people = new Map(persons.map((person) => [person.id, person]));
  return [...stories.values()].flatMap((story) => postingsIn(story, 'posted').flatMap(({ posting, decisionHash }) => {
    const document = told.documents.find(({ externalRef, status }) => externalRef === posting.key && status === 'POSTED');
    if (!document || document.payBlock !== '' || decisionHash === null) return [];
    const acts = approvalsOf(story, decisionHash);
    return [...bothSides(story, document, acts, told, people), ...fourEyes(acts, people), ...authority(document, acts, people)].map((fault) => `I5: ${posting.key}: ${fault}`);
  }));
}

interface Act {
  by: string;
  onBehalfOf: string | undefined;
}

/** Approvals that were given for this version, or kept for it because nothing changed that voids them. */
function approvalsOf({ steps }: CaseStory, decisionHash: string): Act[] {
  const kept = new Set(steps.flatMap(({ transition }) => (transition.kind === 'approvals-kept' && transition.decisionHash === decisionHash ? transition.tasks : [])));
  return steps.flatMap(({ transition }) => {
    if (transition.kind !== 'decided' || transition.decision !== 'approve') return [];
    return transition.decisionHash === decisionHash || kept.has(transition.subject) ? [{ by: transition.by, onBehalfOf: transition.onBehalfOf }] : [];
  });
}

function bothSides({ submitter, steps }: CaseStory, { quantities }: ErpDocument, acts: Act[], { movements }: Told, people: ReadonlyMap<string, Person>): string[] {
  const human = (id: string) => people.get(id)?.employeeId ?? id;
  const orders = new Set(quantities.map(({ orderNo }) => orderNo));
  const coders = steps.flatMap(({ transition }) => (transition.kind === 'corrected' ? [transition.by] : []));
  const receivers = movements.flatMap(({ movement }) => (movement && orders.has(movement.orderNo) ? [movement.postedBy] : []));
  const others = new Map([...receivers.map((id) => [human(id), 'received the goods'] as const), ...coders.map((id) => [human(id), 'coded it'] as const), ...(submitter === undefined ? [] : [[human(submitter), 'entered it'] as const])]);
  const humans = acts.flatMap(({ by, onBehalfOf }) => [by, ...(onBehalfOf ? [onBehalfOf] : [])]);
  return humans.flatMap((id) => (others.has(human(id)) ? [`${id} approved it and ${others.get(human(id))}`] : []));
}

function fourEyes(acts: Act[], people: ReadonlyMap<string, Person>): string[] {
  const humans = acts.flatMap(({ by, onBehalfOf }) => [by, ...(onBehalfOf ? [onBehalfOf] : [])]).map((id) => people.get(id)?.employeeId ?? id);
  return humans.filter((human, index) => humans.indexOf(human) !== index).map((human) => `${human} approved it twice`);
}

/** Somebody with authority for the whole must have approved, unless it agrees with an approved order and is small. */
function authority(document: ErpDocument, acts: Act[], people: ReadonlyMap<string, Person>): string[] {
  const amount = document.lines.map(({ companyAmount }) => minorOf(companyAmount)).filter((minor) => minor > 0n).reduce((sum, minor) => sum + minor, 0n);
  const orderBacked = document.items.length > 0 && document.quantities.length >= document.items.length && document.docType === 'INV';
  if (acts.length === 0) return orderBacked && amount <= (withoutApproval[document.companyCode] ?? 0n) ? [] : [`nobody approved ${amount}`];
  const able = acts.some(({ by, onBehalfOf }) => {
    const roles = (people.get(onBehalfOf ?? by)?.roles ?? []).filter(({ entity }) => entity === '*' || entity === document.companyCode);
    return roles.some(({ limit, role }) => (limit === undefined ? role === 'cfo' : BigInt(limit.minor) >= amount));
  });
  return able ? [] : [`nobody with authority for ${amount} approved it`];
}

function minorOf(amount: string): bigint {
  const [whole = '0', cents = ''] = amount.split('.');
  return BigInt(`${whole}${cents.padEnd(2, '0')}`);
}
