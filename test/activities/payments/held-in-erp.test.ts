import { describe, expect, it } from 'vitest';
import { payeeFactsSchema } from '../../../activities/payments/gather-payables.ts';
import { openItemsInErp } from '../../../activities/payments/held-in-erp.ts';
import type { ErpPort, OpenPayables } from '../../../adapters/ports/erp.ts';

const eur = (minor: string) => ({ currency: 'EUR', minor });
const open = (documentNumber: string, minor: string, paymentBlocked = false) => ({ documentNumber, externalReference: undefined, open: eur(minor), paymentBlocked });
const asked = async (told: OpenPayables | undefined, documentNumber: string) => {
  const port = (told ? { getOpenPayables: async () => told } : {}) as unknown as ErpPort;
  return (await openItemsInErp(port, { entity: 'DE01', correlationId: 'test' }))?.(documentNumber);
};

describe('what the ERP holds open', () => {
  it.each([
    ['open', { documents: [open('51', '700')], unreadable: [] }, { state: 'open', open: eur('700'), paymentBlocked: false }],
    ['blocked', { documents: [open('51', '700', true)], unreadable: [] }, { state: 'open', open: eur('700'), paymentBlocked: true }],
    ['listed with nothing left', { documents: [open('51', '0')], unreadable: [] }, { state: 'cleared' }],
    ['absent', { documents: [open('52', '700')], unreadable: ['53'] }, { state: 'cleared' }],
    ['unreadable', { documents: [open('52', '700')], unreadable: ['51'] }, { state: 'unreadable' }],
    ['unreadable and told once more', { documents: [open('51', '700')], unreadable: ['51'] }, { state: 'unreadable' }],
    ['nobody knows, because the ERP tells no open items', undefined, undefined],
  ])('%s', async (_, told, expected) => expect(await asked(told, '51')).toEqual(expected));
});

describe('facts of a run', () => {
  const facts = { suppliers: [], rates: [] };

  it('as they were kept when only cleared documents were looked for, are read on', () => {
    expect([...payeeFactsSchema.parse({ ...facts, verifications: [], clearedInErp: ['a'] }).heldInErp]).toEqual([['a', { state: 'cleared' }]]);
    expect([...payeeFactsSchema.parse(facts).heldInErp]).toEqual([]);
  });

  it('as they are kept now', () => {
    const inErp = { state: 'open', open: eur('300'), paymentBlocked: true };
    expect([...payeeFactsSchema.parse({ ...facts, heldInErp: [{ caseId: 'a', inErp }] }).heldInErp]).toEqual([['a', inErp]]);
  });
});
