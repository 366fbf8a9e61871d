/**
 * Small words inside names of persons: articles, `son of`, nobiliary particles (M17). They carry little evidence of their own
 * and are often glued to the next word or left out. Spellings of one word share a canonical form.
 */
export const particles: ReadonlyMap<string, string> = new Map(
  Object.entries({
    al: 'al el ul il ud ur',
    bin: 'bin ben ibn bint ould wuld vuld oglu ogly qizi kyzy',
    abu: 'abu abou abi abo umm',
    abd: 'abd abdul abdel abdal abdol abdoul abdur abdus abd-al',
    de: 'de da do di du des dos das del della dela den der dem des ter ten le la las los lo van von vom zu zum y e i na ud uz',
  }).flatMap(([canonical, spellings]) => spellings.split(' ').map((spelling): [string, string] => [spelling, canonical])),
);

/** Forms of the article before certain letters; they are an article only where a hyphen joins them to the next word. */
export const assimilatedArticles: ReadonlySet<string> = new Set(['ad', 'an', 'ar', 'as', 'ash', 'at', 'az', 'us', 'ed', 'er', 'es', 'esh', 'et', 'ez', 'en']);

/** Particles of the Arabic script: word to canonical form. */
export const arabicParticles: ReadonlyMap<string, string> = new Map([
  ['ال', 'al'], ['آل', 'al'], ['بن', 'bin'], ['ابن', 'bin'], ['بنت', 'bin'], ['ابو', 'abu'], ['ابی', 'abu'], ['ام', 'abu'], ['عبد', 'abd'], ['عبدال', 'abd'], ['ولد', 'bin'],
]);

/** `X son of Y`: exchanging X and Y names another person. */
export const filiation: ReadonlySet<string> = new Set(['bin', 'ben', 'ibn', 'bint', 'ould', 'wuld', 'oglu', 'ogly']);

/** Words that are particle and given name alike; a leading one is the name (`Ben Netanyahu`). */
export const particleOrGivenName: ReadonlySet<string> = new Set(['ben', 'do', 'van', 'na', 'la', 'an', 'e', 'i', 'y']);

/** Titles, honorifics and forms of address; they never decide (M17). */
export const honorifics: ReadonlySet<string> = new Set(
  (
    'mr mrs ms miss mister sir dr doctor prof professor eng engr ing hon honourable honorable rev reverend fr father sr senor senora sra don dona herr frau madame mme mlle monsieur lord lady dame ' +
    'president prasident presidente minister premier chancellor senator governor ambassador general gen colonel col lieutenant lt captain capt major maj brigadier brig admiral adm commander cmdr sergeant sgt marshal commandant cdt ' +
    'sheikh shaikh shaykh cheikh sheik shekh haji hajji hadji alhaji hajj hajjah hafiz qari mullah mulla molla mawlawi maulavi mawlavi maulana mawlana ustad ustaz ayatollah hojjatoleslam sayyid sayyed seyed syed sayid imam mufti ' +
    'engineer jr junior phd md esq'
  ).split(' '),
);

/** Words of organisation and vessel names without weight of their own. */
export const stopwords: ReadonlySet<string> = new Set('the of and for in on at by to und et y fur pour para aka fka nka dba so called mv mt ss ms mts'.split(' '));
