import { expect, it } from 'vitest';
import { supplierDocumentKey } from '../../domain/rules/posting-key.ts';

it('D1: one document has one key, however its number is written', () => {
  const keyOf = (documentNumber: string) => supplierDocumentKey({ entity: 'DE01', supplierId: 'S1', documentNumber, class: 'invoice' });
  for (const written of ['inv-7', ' INV-7 ', 'ＩNV-7']) expect(keyOf(written)).toEqual(['DE01', 'S1', 'INV-7', 'invoice']);
});
