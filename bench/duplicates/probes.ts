import type { InvoiceFacts } from '../../domain/model/invoice-facts.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import type { Supplier } from '../../domain/model/supplier.ts';
import { facts } from '../../test/domain/accounts-payable/facts.ts';
import { patterns } from '../../test/domain/accounts-payable/mutations.ts';
import { randomOf } from '../cash-application/random.ts';
import type { Stored, World } from './world.ts';

/** A document that arrives, and the stored one that it repeats; none where nobody sent it before. */
export interface Probe {
  pattern: string;
  atLeast: number;
  invoice: Invoice;
  /** Undefined where the document alone tells who sent it. */
  supplier: Supplier | undefined;
  original: string | undefined;
}

export const untouched = 'untouched: the next of the supplier';

/** `each` documents of every pattern of D12 and as many that nobody sent before, in random order. */
export function probesOf(world: World, count: number, each: number, seed: number): Probe[] {
  const random = randomOf(seed);
  const chosen = new Set(Array.from({ length: each * (patterns.length + 1) * 2 }, () => random.below(count)));
  const samples = [...world.stored(count)].filter((document, index) => chosen.has(index) && document.class === 'invoice');
  const sampled = random.shuffled(samples);
  const repeats = patterns.flatMap(({ pattern, atLeast, mutate }, kind) =>
    sampled.slice(kind * each, (kind + 1) * each).map((document): Probe => {
      const invoice = mutate(world.invoiceOf(document), random.below(1_000));
      return { pattern, atLeast, invoice, supplier: invoice.seller.vatId ? world.supplierOf(document.of) : undefined, original: document.caseId };
    }));
  const fresh = sampled.slice(patterns.length * each, (patterns.length + 1) * each).map((document): Probe => ({ pattern: untouched, atLeast: 0, invoice: nextOf(world, document, random.below(5_000_000)), supplier: world.supplierOf(document.of), original: undefined }));
  return random.shuffled([...repeats, ...fresh]);
}

/** What the rules are told about a probe before the look-alikes are looked up. */
export function factsOf({ invoice, supplier }: Probe): InvoiceFacts {
  return facts({ caseId: 'bench-probe', invoice, supplierCandidates: supplier ? [supplier] : [], orders: [], receipts: [] });
}

/** Of the same supplier, after its last one, with an amount of its own and a number that its series has not reached. */
function nextOf(world: World, document: Stored, more: number): Invoice {
  const netMinor = document.netMinor + 100 + more;
  return world.invoiceOf({ ...document, number: `${document.number}${7_000_000 + more}`, issueDate: '2026-11-16', netMinor, grossMinor: 0, preceding: [] });
}
