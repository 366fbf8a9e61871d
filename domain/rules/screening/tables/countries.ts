/** Country names as lists and customers write them → ISO 3166 alpha-2; names of states that ended point to those that followed (M12). */
const names: Record<string, string> = {
  AF: 'afghanistan', AL: 'albania', DZ: 'algeria', AO: 'angola', AR: 'argentina', AM: 'armenia', AU: 'australia', AT: 'austria', AZ: 'azerbaijan', BS: 'bahamas', BH: 'bahrain', BD: 'bangladesh', BY: 'belarus|byelorussia', BE: 'belgium',
  BZ: 'belize', BJ: 'benin', BT: 'bhutan', BO: 'bolivia|plurinational state of bolivia', BA: 'bosnia and herzegovina|bosnia', BW: 'botswana', BR: 'brazil', BG: 'bulgaria', BF: 'burkina faso|upper volta', BI: 'burundi', KH: 'cambodia|kampuchea',
  CM: 'cameroon', CA: 'canada', CV: 'cabo verde|cape verde', KY: 'cayman islands', CF: 'central african republic', TD: 'chad', CL: 'chile', CN: 'china|peoples republic of china|prc', CO: 'colombia', KM: 'comoros', CG: 'congo|republic of the congo',
  CD: 'democratic republic of the congo|congo democratic republic of the|dr congo|drc|zaire', CR: 'costa rica', CI: 'ivory coast|cote divoire', HR: 'croatia', CU: 'cuba', CY: 'cyprus', CZ: 'czech republic|czechia|czechoslovakia', DK: 'denmark',
  DJ: 'djibouti', DO: 'dominican republic', EC: 'ecuador', EG: 'egypt', SV: 'el salvador', ER: 'eritrea', EE: 'estonia', SZ: 'eswatini|swaziland', ET: 'ethiopia', FI: 'finland', FR: 'france', GA: 'gabon', GM: 'gambia|the gambia', GE: 'georgia',
  DE: 'germany|federal republic of germany|east germany|west germany', GH: 'ghana', GI: 'gibraltar', GR: 'greece', GT: 'guatemala', GN: 'guinea', GW: 'guinea bissau', GY: 'guyana', HT: 'haiti', HN: 'honduras', HK: 'hong kong|hong kong china', HU: 'hungary',
  IS: 'iceland', IN: 'india', ID: 'indonesia', IR: 'iran|islamic republic of iran|iran islamic republic of', IQ: 'iraq', IE: 'ireland', IL: 'israel', IT: 'italy', JM: 'jamaica', JP: 'japan', JO: 'jordan', KZ: 'kazakhstan', KE: 'kenya',
  KP: 'north korea|democratic peoples republic of korea|korea north|dprk', KR: 'south korea|republic of korea|korea south|korea', KW: 'kuwait', KG: 'kyrgyzstan', LA: 'laos|lao peoples democratic republic', LV: 'latvia', LB: 'lebanon', LR: 'liberia',
  LY: 'libya|libyan arab jamahiriya', LI: 'liechtenstein', LT: 'lithuania', LU: 'luxembourg', MO: 'macau|macao', MG: 'madagascar', MW: 'malawi', MY: 'malaysia', MV: 'maldives', ML: 'mali', MT: 'malta', MH: 'marshall islands', MR: 'mauritania',
  MU: 'mauritius', MX: 'mexico', MD: 'moldova|republic of moldova', MC: 'monaco', MN: 'mongolia', ME: 'montenegro', MA: 'morocco', MZ: 'mozambique', MM: 'myanmar|burma', NA: 'namibia', NP: 'nepal', NL: 'netherlands|the netherlands|holland',
  NZ: 'new zealand', NI: 'nicaragua', NE: 'niger', NG: 'nigeria', MK: 'north macedonia|macedonia|the former yugoslav republic of macedonia', NO: 'norway', OM: 'oman', PK: 'pakistan', PS: 'palestine|palestinian|state of palestine|occupied palestinian territory',
  PA: 'panama', PY: 'paraguay', PE: 'peru', PH: 'philippines', PL: 'poland', PT: 'portugal', QA: 'qatar', RO: 'romania', RU: 'russia|russian federation|ussr|soviet union|union of soviet socialist republics', RW: 'rwanda', SA: 'saudi arabia', SN: 'senegal',
  RS: 'serbia|yugoslavia|serbia and montenegro', SC: 'seychelles', SL: 'sierra leone', SG: 'singapore', SK: 'slovakia', SI: 'slovenia', SO: 'somalia', ZA: 'south africa', SS: 'south sudan', ES: 'spain', LK: 'sri lanka|ceylon', SD: 'sudan|the sudan',
  SE: 'sweden', CH: 'switzerland', SY: 'syria|syrian arab republic', TW: 'taiwan', TJ: 'tajikistan', TZ: 'tanzania|united republic of tanzania', TH: 'thailand', TG: 'togo', TN: 'tunisia', TR: 'turkey|turkiye', TM: 'turkmenistan', UG: 'uganda', UA: 'ukraine',
  AE: 'united arab emirates|uae', GB: 'united kingdom|great britain|united kingdom of great britain and northern ireland|uk|england', US: 'united states|united states of america|usa', UY: 'uruguay', UZ: 'uzbekistan', VE: 'venezuela|bolivarian republic of venezuela',
  VN: 'vietnam|viet nam', YE: 'yemen|south yemen|north yemen', ZM: 'zambia', ZW: 'zimbabwe|rhodesia', VG: 'virgin islands british|british virgin islands', BM: 'bermuda', XK: 'kosovo', TT: 'trinidad and tobago', CW: 'curacao', FJ: 'fiji', AD: 'andorra',
};

/** States that followed a state that ended: a citizen of the old one may hold any of the new nationalities. */
const successors: Record<string, string[]> = {
  ussr: ['RU', 'UA', 'BY', 'KZ', 'UZ', 'TM', 'TJ', 'KG', 'AZ', 'AM', 'GE', 'MD', 'LT', 'LV', 'EE'],
  yugoslavia: ['RS', 'ME', 'HR', 'SI', 'BA', 'MK', 'XK'],
  czechoslovakia: ['CZ', 'SK'],
  'serbia and montenegro': ['RS', 'ME', 'XK'],
};
successors['soviet union'] = successors['ussr']!;
successors['union of soviet socialist republics'] = successors['ussr']!;

const codes = new Map(Object.entries(names).flatMap(([code, spellings]) => spellings.split('|').map((spelling): [string, string] => [spelling, code])));

/** The ISO codes a country name or code may mean; the cleaned text itself when the country is not known. */
export function countryCodes(text: string): string[] {
  const upper = text.trim().toUpperCase();
  if (/^[A-Z]{2}$/.test(upper)) return [upper === 'UK' ? 'GB' : upper];
  const plain = text
    .normalize('NFD')
    .replace(/[\u0300-\u036f'’]/g, '')
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim();
  if (successors[plain]) return successors[plain];
  const code = codes.get(plain) ?? codes.get(plain.replace(/^the | the$/g, ''));
  return code ? [code] : plain === '' ? [] : [plain];
}
