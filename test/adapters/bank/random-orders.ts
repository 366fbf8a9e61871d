import fc from 'fast-check';
import { composeIBAN } from 'ibantools';
import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { sepaOrder, type Transfer } from './orders.ts';

type Batch = PaymentOrder['batches'][number];

const name = fc.tuple(fc.constantFrom('Müller', 'Łódź Śruby', 'Ελλάς', 'Щербаков', 'Ærø', '北京', 'O’Brien & Sons <Ltd>', 'A'), fc.string({ unit: 'binary', maxLength: 80 })).map((parts) => parts.join(' '));
const iban = fc.oneof(
  fc.stringMatching(/^\d{18}$/).map((bban) => composeIBAN({ countryCode: 'DE', bban })!),
  fc.stringMatching(/^[A-Z]{4}\d{10}$/).map((bban) => composeIBAN({ countryCode: 'NL', bban })!),
).filter((text) => text !== null);
const abroad = fc.oneof(iban.map((text) => ({ iban: text })), fc.record({ account: fc.stringMatching(/^[0-9A-Z]{1,34}$/), bic: fc.constantFrom('CHASUS33', 'BOTKJPJT', 'NBOKKWKWXXX') }), fc.record({ account: fc.stringMatching(/^\d{1,17}$/), routingNumber: fc.constant('021000021') }));
const reference = fc.constantFrom(undefined, 'RF18 5390 0754 7034', 'RF18539007547034', 'Kunde 77/ä');
const number = fc.oneof(fc.stringMatching(/^[A-Z0-9/-]{1,30}$/), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map((text) => `N${text}`));

/** Documents that add up to more than nothing: invoices, some with a discount or less what is withheld, and credit notes below their sum. */
const documents = (currency: string) =>
  fc.record({ paid: fc.array(fc.integer({ min: 1_000, max: 9_999_999 }), { minLength: 1, maxLength: 4 }), credits: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 2 }), numbers: fc.array(number, { minLength: 6, maxLength: 6 }), discount: fc.integer({ min: 0, max: 500 }), withheld: fc.integer({ min: 0, max: 500 }) }).map(({ paid, credits, numbers, discount, withheld }) =>
    [...paid, ...credits].map((minor, index): Transfer['documents'][number] => ({
      number: numbers[index]!,
      class: index < paid.length ? 'invoice' : 'credit-note',
      issueDate: '2026-11-01',
      amount: { currency, minor: String(minor) },
      ...(index === 0 && discount > 0 ? { discount: { currency, minor: String(discount) } } : {}),
      ...(index < paid.length && withheld > 0 ? { withheld: { currency, minor: String(withheld + index) } } : {}),
    })),
  );

function transfers(currency: string, account: fc.Arbitrary<Transfer['creditorAccount']>) {
  const one = fc.record({ documents: documents(currency), name, account, reference, country: fc.constantFrom(undefined, 'DE', 'JP') });
  return fc.array(one, { minLength: 1, maxLength: 5 }).map((parts) =>
    parts.map((part): Omit<Transfer, 'endToEndId' | 'instructionId'> => {
      const minor = part.documents.reduce((total, document) => total + (document.class === 'invoice' ? 1n : -1n) * BigInt(document.amount.minor), 0n);
      return { amount: { currency, minor: minor.toString() }, creditor: { name: part.name, ...(part.country ? { country: part.country } : {}) }, creditorAccount: part.account, ...(part.reference ? { creditorReference: part.reference } : {}), documents: part.documents };
    }),
  );
}

const batch = fc.oneof(
  transfers('EUR', iban.map((text) => ({ iban: text }))).map((own) => ({ method: 'sepa' as const, serviceLevel: 'SEPA', chargeBearer: 'SLEV' as const, own })),
  fc.constantFrom('EUR', 'USD', 'JPY', 'KWD', 'CLF').chain((currency) => transfers(currency, abroad)).map((own) => ({ method: 'credit-transfer' as const, chargeBearer: 'SHAR' as const, own })),
);

/** Orders of any shape that can be paid. */
export const randomOrders: fc.Arbitrary<PaymentOrder> = fc.record({ batches: fc.array(batch, { minLength: 1, maxLength: 3 }), initiator: fc.constantFrom(undefined, 'HRB 77'), date: fc.constantFrom('2026-11-24', '2028-02-29') }).map(({ batches, initiator, date }) => {
  let count = 0;
  return sepaOrder({
    order: {
      initiator: { name: 'Muster Maschinenbau GmbH', ...(initiator ? { id: initiator } : {}) },
      batches: batches.map(({ own, ...batchOf }, index): Batch => ({
        ...batchOf,
        paymentInformationId: `P-${index}`,
        executionDate: date,
        transfers: own.map((part) => ({ ...part, endToEndId: `E-${++count}`, instructionId: `I-${count}` })),
      })),
    },
  });
});
