const units = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ordinalWords = 'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split(' ');
const romanNumerals = ' i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx'.split(' ');

const wordValues = new Map<string, number>([
  ...units.map((word, value): [string, number] => [word, value]),
  ...tens.map((word, index): [string, number] => [word, (index + 2) * 10]),
]);
const ordinalValues = new Map(ordinalWords.map((word, value) => [word, value]));
const romanValues = new Map(romanNumerals.map((numeral, value) => [numeral, value] as const).filter(([, value]) => value > 0));

/** The value of a number word (`seven`, `forty`), or undefined. `one` and `second` count: they are numbers in company names (M10). */
export function numberWord(word: string): number | undefined {
  return wordValues.get(word) ?? ordinalValues.get(word);
}

/** `1st`, `2nd`, `44th` → 1, 2, 44. */
export function ordinalNumeral(word: string): number | undefined {
  const match = /^(\d{1,4})(st|nd|rd|th)$/.exec(word);
  return match ? Number(match[1]) : undefined;
}

export function romanNumeral(word: string): number | undefined {
  return romanValues.get(word);
}

/** `forty` and `four` follow each other as one number. */
export function combinesWithUnit(first: number, second: number): boolean {
  return first >= 20 && first % 10 === 0 && second > 0 && second < 10;
}
