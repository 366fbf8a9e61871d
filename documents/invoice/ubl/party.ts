import type { Invoice } from '../../../domain/model/invoice.ts';
import type { Address, DocumentParty } from '../../../domain/model/party.ts';
import { all, first, placeOf, placeUnder, type XmlNode } from '../../xml/node.ts';
import { cleanText, missing, orNothing } from '../values.ts';
import { dateAt, identifierAt, identifierOf, joinedTextAt, textAt, textsAt } from '../xml-fields.ts';
import { sortedIds } from '../parties.ts';

/** The creditor identifier of a direct debit (BT-90) travels among the seller's ids under this scheme. */
const creditorScheme = 'SEPA';

/** A UBL Party. Its legal name is its name; a party name beside it is the trading name; `nameless` is what it is called without any. */
export function partyOf(party: XmlNode, what: string, nameless?: string): DocumentParty {
  const legalName = textAt(party, 'PartyLegalEntity/RegistrationName');
  const partyName = textAt(party, 'PartyName/Name');
  const name = legalName ?? partyName ?? textAt(party, 'PartyTaxScheme/RegistrationName') ?? personOf(party) ?? nameless;
  if (name === undefined) throw missing(`The name of the ${what}`, placeUnder(party, 'PartyLegalEntity/RegistrationName'));
  const taxIds = all(party, 'PartyTaxScheme').flatMap((scheme) => {
    const id = textAt(scheme, 'CompanyID');
    return id === undefined ? [] : [{ vat: isValueAdded(scheme), id }];
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
    address: addressOf(first(party, 'PostalAddress')) ?? addressOf(first(party, 'PartyLegalEntity/RegistrationAddress')),
    contact: orNothing({ name: textAt(party, 'Contact/Name'), phone: textAt(party, 'Contact/Telephone'), email: textAt(party, 'Contact/ElectronicMail') }),
  };
}

/** A natural person has names instead of a name. */
function personOf(party: XmlNode): string | undefined {
  return cleanText([textAt(party, 'Person/FirstName'), textAt(party, 'Person/FamilyName')].filter((part) => part !== undefined).join(' '));
}

/** Value added tax, by its code or by the name it has where it is called otherwise. */
function isValueAdded(scheme: XmlNode): boolean {
  const names = ['ID', 'Name', 'TaxTypeCode'].flatMap((name) => textAt(scheme, `TaxScheme/${name}`) ?? []);
  return textAt(scheme, 'TaxScheme/ID') === undefined || names.some((name) => valueAdded.test(name));
}

/** In the languages of the European Union, of Norway and of Turkey; GST in Asia and Oceania. `VA` is the code of UNTDID 5153 in CII. */
const valueAdded = /^(VAT|VA|GST|moms|mva|MwSt|USt|BTW|TVA|IVA|ALV|PVM|PVN|KM|DPH|DDV|PDV|ÁFA|ΦΠΑ|ДДС|KDV)$/i;

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
  return party && partyWithoutLegalName(party, 'tax representative', textAt(party, 'PartyIdentification/ID'));
}

/** Payee and tax representative are named by their party name; a legal entity carries their registration only. */
function partyWithoutLegalName(party: XmlNode, what: string, nameless?: string): DocumentParty {
  const name = textAt(party, 'PartyName/Name') ?? textAt(party, 'PartyLegalEntity/RegistrationName') ?? nameless;
  if (name === undefined) throw missing(`The name of the ${what}`, { ...placeOf(party) });
  return { ...partyOf(party, what, nameless), name, tradingName: undefined };
}

export function addressOf(address: XmlNode | undefined): Address | undefined {
  const street = [textAt(address, 'StreetName'), textAt(address, 'BuildingNumber')].filter((part) => part !== undefined).join(' ');
  const lines = [street === '' ? undefined : street, textAt(address, 'AdditionalStreetName'), ...textsAt(address, 'AddressLine/Line')];
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
    address: addressOf(first(delivery, 'DeliveryLocation/Address') ?? first(delivery, 'DeliveryAddress')),
  });
}
