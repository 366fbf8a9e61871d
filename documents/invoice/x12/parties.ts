import type { Invoice, PaymentMeans } from '../../../domain/model/invoice.ts';
import type { DocumentParty, Identifier } from '../../../domain/model/party.ts';
import { accountOf } from '../accounts.ts';
import { component, type Segment } from '../edifact/segments.ts';
import { sortedIds } from '../parties.ts';
import { missing, orNothing } from '../values.ts';
import { element } from './fields.ts';

/** N1 with the segments of its loop. */
export interface PartyLoop {
  n1: Segment;
  members: Segment[];
}

const loopTags = new Set(['N2', 'N3', 'N4', 'REF', 'PER']);

export function partyLoops(segments: Segment[]): PartyLoop[] {
  const loops: PartyLoop[] = [];
  let open: PartyLoop | undefined;
  for (const segment of segments) {
    if (segment.tag === 'N1') loops.push((open = { n1: segment, members: [] }));
    else if (open && loopTags.has(segment.tag)) open.members.push(segment);
    else open = undefined;
  }
  return loops;
}

export function loopOf(loops: PartyLoop[], roles: string[]): PartyLoop | undefined {
  return roles.flatMap((role) => loops.filter((loop) => element(loop.n1, 1) === role))[0];
}

export function partyOf(loop: PartyLoop, what: string): DocumentParty {
  const { n1, members } = loop;
  const name = element(n1, 2) ?? element(n1, 4);
  if (name === undefined) throw missing(`The name of the ${what}`, n1.place);
  const extra = element(members.find((member) => member.tag === 'N2'), 1);
  const id = element(n1, 4);
  const reference = (code: string) => element(members.find((member) => member.tag === 'REF' && element(member, 1) === code), 2);
  return {
    name,
    tradingName: extra === name ? undefined : extra,
    ids: id === undefined ? [] : sortedIds([{ scheme: element(n1, 3), id }]),
    vatId: reference('VX'),
    taxNumber: reference('TJ') ?? reference('EI'),
    address: addressOf(members),
    contact: contactOf(members),
  };
}

/** Without a seller's N1 the sender of the interchange is the seller: nobody else vouches for the document. */
export function sellerOf(loops: PartyLoop[], isa: Segment): DocumentParty {
  const loop = loopOf(loops, ['SE', 'SU', 'VN', 'II', 'FR']);
  if (loop) return partyOf(loop, 'seller');
  const id = element(isa, 6);
  if (id === undefined) throw missing('The seller (N1*SE or the sender of the interchange)', isa.place);
  return { name: id, ids: [{ scheme: element(isa, 5), id }] };
}

export function deliveryOf(loops: PartyLoop[], date: string | undefined): Invoice['delivery'] {
  const loop = loopOf(loops, ['ST']);
  const id = element(loop?.n1, 4);
  return orNothing({
    name: element(loop?.n1, 2),
    locationId: loop && id !== undefined ? { scheme: element(loop.n1, 3), id } : undefined,
    date,
    address: loop && addressOf(loop.members),
  });
}

/** The account of the party to remit to: REF*AP (or 11) is the account, REF*RT the routing number of its bank. */
export function remitAccountOf(loop: PartyLoop | undefined): PaymentMeans | undefined {
  const reference = (...codes: string[]) => element(loop?.members.find((member) => member.tag === 'REF' && codes.includes(element(member, 1) ?? '')), 2);
  const account = accountOf(reference('AP', '11'), element(loop?.n1, 2));
  return account && { code: '30', account };
}

export function routingIdsOf(loop: PartyLoop | undefined): Identifier[] {
  return (loop?.members ?? []).flatMap((member) => {
    const id = member.tag === 'REF' && element(member, 1) === 'RT' ? element(member, 2) : undefined;
    return id === undefined ? [] : [{ scheme: 'RT', id }];
  });
}

function addressOf(members: Segment[]) {
  const n4 = members.find((member) => member.tag === 'N4');
  const lines = members.filter((member) => member.tag === 'N3').flatMap((n3) => [element(n3, 1), element(n3, 2)].flatMap((line) => line ?? []));
  return orNothing({ lines, city: element(n4, 1), postalCode: element(n4, 3), subdivision: element(n4, 2), country: element(n4, 4) });
}

/** PER: name, then pairs of a qualifier and a number. */
function contactOf(members: Segment[]): DocumentParty['contact'] {
  const pers = members.filter((member) => member.tag === 'PER');
  const number = (qualifier: string) => {
    for (const per of pers) for (const at of [3, 5, 7]) if (component(per, at) === qualifier) return element(per, at + 1);
    return undefined;
  };
  const name = pers.map((per) => element(per, 2)).find((value) => value !== undefined && value !== 'default');
  return orNothing({ name, phone: number('TE'), email: number('EM') });
}
