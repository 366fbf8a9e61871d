import type { DocumentParty } from '../../model/party.ts';
import type { LegalEntity } from '../../model/legal-entity.ts';

/**
 * The company of ours that a document is addressed to (T5): by tax id, then by a buyer id or endpoint that we gave out, then by
 * its exact name. Undefined when none or more than one answers: a document is never booked into a guessed company.
 */
export function companyOf(buyer: DocumentParty, companies: readonly LegalEntity[]): LegalEntity | undefined {
  const marks: ((company: LegalEntity) => boolean)[] = [
    ({ vatIds }) => buyer.vatId !== undefined && vatIds.some((id) => sameMark(id, buyer.vatId)),
    ({ buyerIds }) => [...buyer.ids, buyer.legalId, buyer.endpoint].some((mark) => mark !== undefined && buyerIds.some((id) => sameMark(id, mark.id))),
    ({ name, aliases }) => [name, ...aliases].some((known) => [buyer.name, buyer.tradingName].some((stated) => stated !== undefined && sameName(known, stated))),
  ];
  for (const mark of marks) {
    const found = companies.filter(mark);
    if (found.length === 1) return found[0];
    if (found.length > 1) return undefined;
  }
  return undefined;
}

/**
 * The first tax id or buyer id of the company that another one claims too: no document that carries it could be told to be for
 * either (T5). `path` is its place in the company's file.
 */
export function sharedMark(company: LegalEntity, others: readonly LegalEntity[]): { path: string; mark: string; other: string } | undefined {
  for (const kind of ['vatIds', 'buyerIds'] as const)
    for (const [index, mark] of company[kind].entries()) {
      const other = others.find((one) => one[kind].some((known) => sameMark(known, mark)));
      if (other) return { path: `${kind}.${index}`, mark, other: other.id };
    }
  return undefined;
}

function sameMark(known: string, stated: string | undefined): boolean {
  return stated !== undefined && bare(known) === bare(stated);
}

function sameName(known: string, stated: string): boolean {
  return spoken(known) === spoken(stated);
}

function bare(mark: string): string {
  return mark.normalize('NFKC').toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function spoken(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}
