import { expect, it } from 'vitest';
import { waitsForQuantity } from '../../../domain/rules/accounts-payable/waiting-for-quantity.ts';

it.each<[string, string, string[], boolean]>([
  ['waits for a receipt', 'awaiting-receipt', [], true],
  ['was billed beyond what others had left', 'exception', ['nothing-to-invoice'], true],
  ['is stopped by two things, one of them quantity', 'exception', ['price-variance', 'quantity-variance'], true],
  ['is stopped by its order', 'exception', ['order-closed'], false],
  ['is stopped by its price', 'exception', ['price-variance'], false],
  ['waits for an approval', 'approval', [], false],
  ['is posted', 'posted', [], false],
])('M9: a document that %s', (_, stage, exceptionCodes, expected) => expect(waitsForQuantity({ stage, exceptionCodes })).toBe(expected));
