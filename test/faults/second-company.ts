import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxSet } from '../../db/seed.ts';
import { readEntity } from '../../documents/policy/read-policy.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import type { House } from '../support/house.ts';
import { billed } from '../support/invoices.ts';

const account = 'DE89370400440532013000';

/** A second company from the file of the first, with a bank account of its own; the first one's bank is behind the line. */
export function withSecondCompany(set: SandboxSet, behindLine: string): SandboxSet {
  const { home } = readSettings();
  const text = readFileSync(join(home, 'policies/entities/DE01.yaml'), 'utf8')
    .replaceAll('DE01', 'DE02').replace('Muster Maschinenbau GmbH', 'Zweite Firma GmbH').replaceAll('Muster Maschinenbau GmbH', 'Zweite Firma GmbH')
    .replace(/aliases: .*/, 'aliases: []').replace(/vatIds: .*/, 'vatIds: []').replace(/buyerIds: .*/, 'buyerIds: []').replaceAll('DE02120300000000202051', account);
  const first = set.entities.find(({ id }) => id === 'DE01')!;
  const second = { ...readEntity(text, 'DE02.yaml') };
  const settings = first.bank!.settings as { transport: Record<string, unknown> };
  const bankOf = (more: Record<string, unknown>) => ({ ...settings, transport: { ...settings.transport, ...more } });
  return {
    ...set,
    entities: [
      ...set.entities.map((entity) => (entity.id === 'DE01' ? { ...entity, bank: { ...entity.bank!, settings: bankOf({ baseUrl: behindLine }) } } : entity)),
      { ...second, erp: { ...second.erp, settings: { ...first.erp.settings, ...second.erp.settings } }, bank: { ...second.bank!, settings: bankOf({ account }) } },
    ],
    persons: set.persons.map((person) => (/^(anna.berg|clara.winter)$/.test(person.id) ? { ...person, roles: person.roles.map((role) => ({ ...role, entity: '*' })) } : person)),
  };
}

/** What the sandbox's ERP and bank know of it. */
export async function openSecondCompany({ sandbox }: House): Promise<void> {
  await sandbox.post('/_sandbox/seed', secondCompanyInErp());
  await sandbox.post('/_sandbox/seed?service=bank', { accounts: [{ number: account, holder: 'Zweite Firma GmbH', currency: 'EUR', bic: 'BYLADEM1001', opening: '100000000' }] });
}

/** A document for it, of goods that are in. */
export const invoiceThere = (quantity: string): Invoice => billed({ lines: [{ orderNumber: 'DE02-1', orderLine: '10', quantity, price: '10.00' }], buyer: { name: 'Zweite Firma GmbH', vatId: undefined } });

function secondCompanyInErp(): object {
  const first = JSON.parse(readFileSync(join(readSettings().home, 'sandbox/seed/DE01.json'), 'utf8')) as { vendors: { vendorNo: string }[] };
  return {
    companyCode: 'DE02', company: { name: 'Zweite Firma GmbH', countryCode: 'DE', currencyCode: 'EUR' },
    vendors: first.vendors.filter(({ vendorNo }) => vendorNo === '100001'),
    orders: [{ orderNo: 'DE02-1', vendorNo: '100001', currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Halter', orderedQty: '100000', netPrice: '10.00', commodityGroup: 'PARTS', glAccount: '400100', costCenter: 'CC-4100', plantCode: '1000', goodsRecipient: 'petra.lang' }] }],
    movements: [{ movementType: '101', orderNo: 'DE02-1', itemNo: '10', qty: '100000', postingDate: '2026-11-16', postedBy: 'petra.lang' }],
  };
}
