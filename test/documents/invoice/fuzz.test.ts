import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { errorCatalogue } from '../../../domain/errors.ts';
import { incomingInvoiceSchema } from '../../../domain/model/invoice.ts';
import { verifyTotals } from '../../../domain/rules/invoice/totals.ts';
import { sample } from './public-files.ts';

const seeds = ['invoice.ubl.xml', 'corrected.cii.xml', 'invoice.edi', 'invoice.x12', 'invoice.json', 'invoice.pdf', 'trio-credit-note.ubl.xml'].map(sample);

/** Tokens on which readers stumble. */
const poison = ['', '<', '>', '&', '&#0;', ']]>', '<!--', '"', "'", '+', ':', '?', '*', '~', '\u0000', '-', '.', 'NaN', '1e400', '9'.repeat(40), '\u202e', '\ud800', '{', '[', 'null', '<![CDATA['];

type Mutation = { kind: 'cut' | 'drop' | 'insert' | 'flip' | 'repeat'; at: number; length: number; token: string };

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('cut', 'drop', 'insert', 'flip', 'repeat'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 200 }),
  token: fc.constantFrom(...poison),
});

function mutated(bytes: Uint8Array, { kind, at, length, token }: Mutation): Uint8Array {
  const from = Math.floor(at * bytes.length);
  const parts = { head: bytes.subarray(0, from), piece: bytes.subarray(from, from + length), tail: bytes.subarray(from + length) };
  switch (kind) {
    case 'cut':
      return parts.head;
    case 'drop':
      return Buffer.concat([parts.head, parts.tail]);
    case 'insert':
      return Buffer.concat([parts.head, Buffer.from(token), bytes.subarray(from)]);
    case 'flip':
      return Buffer.concat([parts.head, parts.piece.map((byte) => byte ^ (length & 0xff)), parts.tail]);
    case 'repeat':
      return Buffer.concat([parts.head, parts.piece, parts.piece, parts.piece, parts.tail]);
  }
}

/** Whatever comes in: a valid canonical invoice, or a problem of the catalogue; never an exception and never "crashed". */
async function holds(bytes: Uint8Array): Promise<void> {
  const result = await readInvoice(bytes);
  if (result.ok) {
    expect(incomingInvoiceSchema.safeParse(result.invoice).error).toBeUndefined();
    expect(Array.isArray(verifyTotals(result.invoice))).toBe(true);
    return;
  }
  expect(Object.keys(errorCatalogue)).toContain(result.problem.code);
  expect(result.problem.code).not.toBe('document-reader-crashed');
  expect(result.problem.place).toBeDefined();
}

describe('no input crashes a reader', () => {
  it('documents with one to three faults', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 3 }), async (seed, mutations) => {
        await holds(mutations.reduce(mutated, seed));
      }),
      { numRuns: 800 },
    );
  });

  it('any bytes behind the first bytes of a format', async () => {
    const heads = ['', '<?xml version="1.0"?>', '%PDF-1.7\n', "UNA:+.? '", 'UNB+', 'ISA*', '{', '[', '\ufeff<'];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 400 }), async (head, bytes) => {
        await holds(Buffer.concat([Buffer.from(head), bytes]));
      }),
      { numRuns: 300 },
    );
  });
});
