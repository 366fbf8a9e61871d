/**
 * Legal forms: canonical class → spellings (M9). Spellings of several words are matched on the words without full stops,
 * the longest first. A class stands for equal forms of different countries only where those translate each other in practice.
 */
const forms: Record<string, string> = {
  jsc: 'jsc|ojsc|pjsc|cjsc|oao|pao|zao|ao|pat|prat|vat|joint stock company|open joint stock company|public joint stock company|closed joint stock company|otkrytoye aktsionernoye obshchestvo|aktsionernoye obshchestvo|jsb|jscb',
  llc: 'llc|l l c|ooo|tov|too|limited liability company|limited liability co|obshchestvo s ogranichennoy otvetstvennostyu|doo|d o o|sro|s r o|spol s r o|mchj',
  limited: 'ltd|limited|ltd co|co ltd|co limited|company ltd|company limited|ltda|limitada|ltee|ltd sti|pvt ltd|private limited|pte ltd|pte limited|pty ltd|pty limited|sdn bhd|bhd|fz llc|fze|fzc|fzco|fz|wll',
  inc: 'inc|incorporated|corp|corporation|corporacion|inc corp',
  company: 'co|company|cia|compania|compagnie|cie',
  plc: 'plc|public limited company',
  ag: 'ag|aktiengesellschaft|akg',
  gmbh: 'gmbh|gesellschaft mit beschrankter haftung|ges m b h|gesmbh|mbh|ug|kg|gmbh co kg|gmbh and co kg',
  sa: 'sa|s a|sociedad anonima|societe anonyme|sociedade anonima|sa de cv|s a de c v|sab de cv|sapi de cv|sas|sau|sca',
  sarl: 'sarl|s a r l|societe a responsabilite limitee|eurl|srl|s r l|s de rl|s de rl de cv|sociedad de responsabilidad limitada|sl|slu|s l',
  spa: 'spa|societa per azioni',
  bv: 'bv|besloten vennootschap',
  nv: 'nv|naamloze vennootschap',
  ab: 'ab|aktiebolag',
  as: 'as|aksjeselskap|aktieselskab|a s|asa|aps|anonim sirketi',
  oy: 'oy|oyj|osakeyhtio',
  spzoo: 'sp z oo|sp zoo|spolka z ograniczona odpowiedzialnoscia',
  ad: 'ad|ead|ood|eood|dd',
  kft: 'kft|zrt|nyrt|bt|rt',
  kk: 'kk|kabushiki kaisha|kabushikikaisha|yugen kaisha',
  pt: 'pt|perseroan terbatas|tbk',
  llp: 'llp|lp|l p|limited partnership|limited liability partnership',
  na: 'n a',
};

/** Forms so general that their difference says little (`Acme Co` and `Acme Ltd`). */
export const looseForms: ReadonlySet<string> = new Set(['inc', 'company', 'limited']);

const bySpelling = new Map(Object.entries(forms).flatMap(([form, spellings]) => spellings.split('|').map((spelling): [string, string] => [spelling, form])));
const longest = Math.max(...[...bySpelling.keys()].map((spelling) => spelling.split(' ').length));

/** The form that starts at `words[from]` and how many words it takes; the longest spelling wins. */
export function legalFormAt(words: readonly string[], from: number): { form: string; length: number } | undefined {
  for (let length = Math.min(longest, words.length - from); length > 0; length--) {
    const form = bySpelling.get(words.slice(from, from + length).join(' '));
    if (form) return { form, length };
  }
  return undefined;
}
