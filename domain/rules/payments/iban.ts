import { remainder97 } from '../cash-application/creditor-reference.ts';

/**
 * Length of an IBAN by country, as the registry of ISO 13616 lists it. Territories that use the code of another country
 * (French overseas departments, Åland) are not in it.
 */
const lengths = new Map(
  Object.entries({
    15: 'NO', 16: 'BE', 18: 'DK FI FK FO GL NL SD', 19: 'MK SI', 20: 'AT BA EE KZ LT LU MN XK', 21: 'CH HR LI LV',
    22: 'BG BH CR DE GB GE IE ME RS VA', 23: 'AE GI IL IQ OM SO TL', 24: 'AD CZ ES MD PK RO SA SE SK TN VG', 25: 'LY PT ST', 26: 'IS TR',
    27: 'BI DJ FR GR IT MC MR SM', 28: 'AL AZ BY CY DO GT HN HU LB NI PL SV', 29: 'BR EG PS QA UA', 30: 'JO KW MU YE', 31: 'MT SC', 32: 'LC', 33: 'RU',
  }).flatMap(([length, countries]) => countries.split(' ').map((country): [string, number] => [country, Number(length)])),
);

/** The electronic form: capitals, no blanks. */
export function compactIban(text: string): string {
  return text.replace(/\s/g, '').toUpperCase();
}

export function isIban(text: string): boolean {
  return ibanFault(text) === undefined;
}

/** What is wrong with an IBAN, as the end of a sentence that begins with "the IBAN"; undefined when country, length and check digits hold. */
export function ibanFault(text: string): string | undefined {
  const iban = compactIban(text);
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(iban)) return 'does not begin with a country and two check digits, or has other characters than letters and digits';
  const country = iban.slice(0, 2);
  const length = lengths.get(country);
  if (length === undefined) return `begins with ${country}, and no country of that code has IBANs`;
  if (iban.length !== length) return `has ${iban.length} characters; one of ${country} has ${length}`;
  // 00, 01 and 99 leave the right remainder beside 97, 98 and 02, and are never given out.
  if (remainder97(iban.slice(4) + iban.slice(0, 4)) !== 1 || /^(00|01|99)$/.test(iban.slice(2, 4))) return `has the check digits ${iban.slice(2, 4)}, which do not fit the rest of it`;
  return undefined;
}
