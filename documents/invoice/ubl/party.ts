import type { Invoice } from '../../../domain/model/invoice.ts';
import type { Address, DocumentParty } from '../../../domain/model/party.ts';
import { all, first, placeOf, placeUnder, type XmlNode } from '../../xml/node.ts';
import { missing, orNothing } from '../values.ts';
import { dateAt, identifierAt, identifierOf, joinedTextAt, textAt, textsAt } from '../xml-fields.ts';
import { sortedIds } from '../parties.ts';

/** The creditor identifier of a direct debit (BT-90) travels among the seller's ids under this scheme. */
const creditorScheme = 'SEPA';

/** A UBL Party. Its legal name is its name; a party name beside it is the trading name. */
export function partyOf(party: XmlNode, what: string): DocumentParty {
  const legalName = textAt(party, 'PartyLegalEntity/RegistrationName');
  const partyName = textAt(party, 'PartyName/Name');
  const name = legalName ?? partyName;
  if (name === undefined) throw missing(`The name of the ${what}`, placeUnder(party, 'PartyLegalEntity/RegistrationName'));
  const taxIds = all(party, 'PartyTaxScheme').flatMap((scheme) => {
    const id = textAt(scheme, 'CompanyID');
    return id === undefined ? [] : [{ vat: /^(VAT|VA)?$/i.test(textAt(scheme, 'TaxScheme/ID') ?? ''), id }];
  });
  return {
    name,
    tradingName: partyName === name ? undefined : partyName,
    ids: sortedIds(
      all(party, 'PartyIdentification/ID').flatMap((id) => {
        const text = textAt(id.parent, 'ID');
        return text === undefined || id.attributes['schemeID'] === creditorScheme ? [] : [identifierOf(id, text)];
      }),
    ),
    legalId: identifierAt(party, 'PartyLegalEntity/CompanyID'),
    vatId: taxIds.find((id) => id.vat)?.id,
    taxNumber: taxIds.find((id) => !id.vat)?.id,
    legalInformation: joinedTextAt(party, 'PartyLegalEntity/CompanyLegalForm'),
    endpoint: identifierAt(party, 'EndpointID'),
    address: addressOf(first(party, 'PostalAddress')),
    contact: orNothing({ name: textAt(party, 'Contact/Name'), phone: textAt(party, 'Contact/Telephone'), email: textAt(party, 'Contact/ElectronicMail') }),
  };
}

export function creditorIdOf(root: XmlNode): string | undefined {
  const ids = [...all(root, 'AccountingSupplierParty/Party/PartyIdentification'), ...all(root, 'PayeeParty/PartyIdentification')];
  return textAt(ids.find((id) => first(id, 'ID')?.attributes['schemeID'] === creditorScheme), 'ID');
}

/** The payee (BG-10); a payee that carries nothing but a creditor identifier is the seller itself. */
export function payeeOf(root: XmlNode): DocumentParty | undefined {
  const payee = first(root, 'PayeeParty');
  return payee && (first(payee, 'PartyName/Name') || first(payee, 'PartyLegalEntity')) ? partyWithoutLegalName(payee, 'payee') : undefined;
}

export function taxRepresentativeOf(root: XmlNode): DocumentParty | undefined {
  const party = first(root, 'TaxRepresentativeParty');
  return party && partyWithoutLegalName(party, 'tax representative');
}

/** Payee and tax representative are named by their party name; a legal entity carries their registration only. */
function partyWithoutLegalName(party: XmlNode, what: string): DocumentParty {
  const name = textAt(party, 'PartyName/Name') ?? textAt(party, 'PartyLegalEntity/RegistrationName');
  if (name === undefined) throw missing(`The name of the ${what}`, { ...placeOf(party) });
  return { ...partyOf(party, what), name, tradingName: undefined };
}

export function addressOf(address: XmlNode | undefined): Address | undefined {
  const lines = [textAt(address, 'StreetName'), textAt(address, 'AdditionalStreetName'), ...textsAt(address, 'AddressLine/Line')];
  return orNothing({
    lines: lines.flatMap((line) => line ?? []),
    city: textAt(address, 'CityName'),
    postalCode: textAt(address, 'PostalZone'),
    subdivision: textAt(address, 'CountrySubentity'),
    country: textAt(address, 'Country/IdentificationCode'),
  });
}

export function deliveryOf(root: XmlNode): Invoice['delivery'] {
  const delivery = first(root, 'Delivery');
  return orNothing({
    name: textAt(delivery, 'DeliveryParty/PartyName/Name'),
    locationId: identifierAt(delivery, 'DeliveryLocation/ID'),
    date: dateAt(delivery, 'ActualDeliveryDate', 'The delivery date'),
    address: addressOf(first(delivery, 'DeliveryLocation/Address')),
  });
}
