import type { Invoice, PaymentMeans } from '../../../domain/model/invoice.ts';
import type { DocumentParty } from '../../../domain/model/party.ts';
import { accountOf, directDebitCodes } from '../accounts.ts';
import { sortedIds } from '../parties.ts';
import { cleanText, missing, orNothing } from '../values.ts';
import { dateIn, referenceIn, textIn } from './fields.ts';
import { segmentsIn, type Group } from './groups.ts';
import { component, type Segment } from './segments.ts';

/** The NAD group of the first role that is present. */
export function partyGroup(header: Group[], roles: string[]): Group | undefined {
  return roles.flatMap((role) => header.filter((group) => group.trigger.tag === 'NAD' && component(group.trigger, 1) === role))[0];
}

export function requiredPartyGroup(header: Group[], roles: string[], what: string, near: Segment): Group {
  const group = partyGroup(header, roles);
  if (!group) throw missing(`The ${what} (NAD+${roles[0]})`, near.place);
  return group;
}

/** NAD with its references, contacts and means of communication. The second name line is the trading name. */
export function partyOf(group: Group, what: string): DocumentParty {
  const nad = group.trigger;
  const names = (nad.elements[3] ?? []).slice(0, 5).flatMap((name) => cleanText(name) ?? []);
  const unstructured = (nad.elements[2] ?? []).flatMap((line) => cleanText(line) ?? []);
  const name = names[0] ?? unstructured[0] ?? cleanText(component(nad, 2));
  if (name === undefined) throw missing(`The name of the ${what}`, nad.place);
  const id = component(nad, 2);
  return {
    name,
    tradingName: names.length > 1 ? cleanText(names.slice(1).join(' ')) : undefined,
    ids: id && names.length + unstructured.length > 0 ? sortedIds([{ scheme: schemeOf(nad), id }]) : id ? [{ scheme: schemeOf(nad), id }] : [],
    legalId: identifier(referenceIn([group], ['GN', 'XA'])),
    vatId: referenceIn([group], ['VA']),
    taxNumber: referenceIn([group], ['FC', 'AHP']),
    legalInformation: textIn([group], 'REG'),
    address: addressOf(nad, names.length === 0 ? unstructured.slice(1) : []),
    contact: contactOf(group),
  };
}

export function deliveryOf(header: Group[]): Invoice['delivery'] {
  const group = partyGroup(header, ['DP', 'ST']);
  const id = group && component(group.trigger, 2);
  return orNothing({
    name: cleanText(group?.trigger.elements[3]?.[0]),
    locationId: group && id ? { scheme: schemeOf(group.trigger), id } : undefined,
    date: dateIn(header, ['35'], 'The delivery date'),
    address: group && addressOf(group.trigger, []),
  });
}

/** Accounts stand with the seller or payee (FII+RB), the code with the terms (PAI). */
export function meansOf(header: Group[], holders: (Group | undefined)[]): PaymentMeans[] {
  const pai = segmentsIn(header, 'PAI')[0];
  const code = (pai && component(pai, 1, 3)) ?? '30';
  const accounts = segmentsIn(holders.flatMap((group) => group ?? []), 'FII', 'RB');
  const debited = segmentsIn(header, 'FII', 'PB')[0];
  const mandate = directDebitCodes.has(code)
    ? orNothing({ id: referenceIn(header, ['AWR', 'AAM']), creditorId: referenceIn(header, ['AVS']), debitedAccount: debited && component(debited, 2, 1) })
    : undefined;
  const means = accounts.map((fii) => ({ code, account: accountOf(component(fii, 2, 1), cleanText(component(fii, 2, 2)), component(fii, 3, 1)), mandate }));
  return means.length > 0 || !pai ? means : [{ code, mandate }];
}

function schemeOf(nad: Segment): string | undefined {
  const agency = component(nad, 2, 3);
  return component(nad, 2, 2) ?? (agency === '9' ? '0088' : undefined);
}

function identifier(id: string | undefined) {
  return id === undefined ? undefined : { id };
}

function addressOf(nad: Segment, unstructured: string[]) {
  const street = (nad.elements[4] ?? []).flatMap((line) => cleanText(line) ?? []);
  return orNothing({
    lines: street.length > 0 ? street : unstructured,
    city: cleanText(component(nad, 6)),
    postalCode: cleanText(component(nad, 8)),
    subdivision: cleanText(component(nad, 7, 4) ?? component(nad, 7, 1)),
    country: component(nad, 9),
  });
}

function contactOf(group: Group): DocumentParty['contact'] {
  const cta = group.members.find((member) => member.tag === 'CTA');
  const by = (means: string) => {
    const com = group.members.find((member) => member.tag === 'COM' && component(member, 1, 2) === means);
    return com && component(com, 1, 1);
  };
  return orNothing({ name: cleanText(cta && (component(cta, 2, 2) ?? component(cta, 2, 1))), phone: by('TE'), email: by('EM') });
}
