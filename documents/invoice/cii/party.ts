import type { Invoice } from '../../../domain/model/invoice.ts';
import type { Address, DocumentParty, Identifier } from '../../../domain/model/party.ts';
import { all, first, placeUnder, type XmlNode } from '../../xml/node.ts';
import { sortedIds } from '../parties.ts';
import { missing, orNothing } from '../values.ts';
import { identifierAt, identifierOf, joinedTextAt, textAt } from '../xml-fields.ts';
import { dateTimeAt } from './dates.ts';

/** A CII trade party. */
export function partyOf(party: XmlNode, what: string): DocumentParty {
  const name = textAt(party, 'Name') ?? textAt(party, 'SpecifiedLegalOrganization/TradingBusinessName');
  if (name === undefined) throw missing(`The name of the ${what}`, placeUnder(party, 'Name'));
  const trading = textAt(party, 'SpecifiedLegalOrganization/TradingBusinessName');
  return {
    name,
    tradingName: trading === name ? undefined : trading,
    ids: sortedIds(idsOf(party)),
    legalId: identifierAt(party, 'SpecifiedLegalOrganization/ID'),
    vatId: taxIdOf(party, (scheme) => scheme === 'VA' || scheme === 'VAT'),
    taxNumber: taxIdOf(party, (scheme) => scheme !== 'VA' && scheme !== 'VAT'),
    legalInformation: joinedTextAt(party, 'Description'),
    endpoint: identifierAt(party, 'URIUniversalCommunication/URIID'),
    address: addressOf(first(party, 'PostalTradeAddress')),
    contact: contactOf(first(party, 'DefinedTradeContact')),
  };
}

export function optionalParty(party: XmlNode | undefined, what: string): DocumentParty | undefined {
  return party && partyOf(party, what);
}

export function idsOf(party: XmlNode): Identifier[] {
  return [...all(party, 'ID'), ...all(party, 'GlobalID')].flatMap((element) => {
    const id = element.text.trim();
    return id === '' ? [] : [identifierOf(element, id)];
  });
}

export function deliveryOf(delivery: XmlNode | undefined): Invoice['delivery'] {
  const shipTo = first(delivery, 'ShipToTradeParty');
  const ids = shipTo ? idsOf(shipTo) : [];
  return orNothing({
    name: textAt(shipTo, 'Name'),
    locationId: ids.find((id) => id.scheme) ?? ids[0],
    date: dateTimeAt(delivery, 'ActualDeliverySupplyChainEvent/OccurrenceDateTime', 'The delivery date'),
    address: addressOf(first(shipTo, 'PostalTradeAddress')),
  });
}

function taxIdOf(party: XmlNode, wanted: (scheme: string | undefined) => boolean): string | undefined {
  const registration = all(party, 'SpecifiedTaxRegistration').find((entry) => wanted(first(entry, 'ID')?.attributes['schemeID']?.trim()));
  return textAt(registration, 'ID');
}

function addressOf(address: XmlNode | undefined): Address | undefined {
  const lines = ['LineOne', 'LineTwo', 'LineThree'].flatMap((line) => textAt(address, line) ?? []);
  return orNothing({
    lines,
    city: textAt(address, 'CityName'),
    postalCode: textAt(address, 'PostcodeCode'),
    subdivision: joinedTextAt(address, 'CountrySubDivisionName'),
    country: textAt(address, 'CountryID'),
  });
}

function contactOf(contact: XmlNode | undefined): DocumentParty['contact'] {
  return orNothing({
    name: textAt(contact, 'PersonName') ?? textAt(contact, 'DepartmentName'),
    phone: textAt(contact, 'TelephoneUniversalCommunication/CompleteNumber'),
    email: textAt(contact, 'EmailURIUniversalCommunication/URIID') ?? textAt(contact, 'EmailURIUniversalCommunication/CompleteNumber'),
  });
}
