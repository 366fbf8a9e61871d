import type { Invoice } from '../../domain/model/invoice.ts';

type Preceding = Invoice['references']['preceding'];

/** Preceding invoices of the document, then those that only its other parts name, each number once. */
export function withPrecedingElsewhere(ofDocument: Preceding, elsewhere: Preceding): Preceding {
  const known = new Set(ofDocument.map(({ number }) => number));
  const added = elsewhere.filter(({ number }) => !known.has(number) && known.add(number));
  return [...ofDocument, ...added];
}
