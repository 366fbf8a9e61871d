/** A small deterministic generator, so that every run treats the names in the same way. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export type Treatment = 'transposed' | 'spelling' | 'dropped' | 'oneTypo' | 'twoTypos';
export const treatments: Treatment[] = ['transposed', 'spelling', 'dropped', 'oneTypo', 'twoTypos'];

/** What happens to names on the way to a bank; undefined when the treatment does not apply to this name. */
export function treat(name: string, treatment: Treatment, random: () => number): string | undefined {
  const words = name.trim().split(/\s+/);
  switch (treatment) {
    case 'transposed':
      return words.length < 2 ? undefined : [...words.slice(1), words[0]].join(' ');
    case 'spelling':
      return respell(name, random);
    case 'dropped': {
      if (words.length < 3) return undefined;
      const at = 1 + Math.floor(random() * (words.length - 2));
      return words.filter((_, place) => place !== at).join(' ');
    }
    case 'oneTypo':
      return typo(name, random);
    case 'twoTypos': {
      const once = typo(name, random);
      return once && typo(once, random);
    }
  }
}

const respellings: [RegExp, string][] = [
  [/ou/gi, 'u'], [/oo/gi, 'u'], [/ee/gi, 'i'], [/ah\b/gi, 'a'], [/q/gi, 'k'], [/kh/gi, 'h'], [/ch/gi, 'sh'], [/ph/gi, 'f'], [/y/gi, 'i'], [/v/gi, 'w'], [/dh/gi, 'd'], [/th/gi, 't'],
  [/mohamm?ed/gi, 'Muhammad'], [/muhamm?ad/gi, 'Mohamed'], [/ss/gi, 's'], [/mm/gi, 'm'], [/ll/gi, 'l'], [/ai/gi, 'ay'], [/aw/gi, 'au'], [/e/gi, 'i'], [/u/gi, 'o'], [/z/gi, 's'], [/g/gi, 'gh'], [/ie/gi, 'y'],
];

/** One spelling habit of another romanisation, everywhere in the name. */
function respell(name: string, random: () => number): string | undefined {
  const fitting = respellings.filter(([pattern]) => name.search(pattern) >= 0);
  if (fitting.length === 0) return undefined;
  const [pattern, replacement] = fitting[Math.floor(random() * fitting.length)]!;
  const respelt = name.replace(pattern, replacement);
  return respelt.toLowerCase() === name.toLowerCase() ? undefined : respelt;
}

/** One letter left out, doubled, replaced or exchanged with its neighbour, inside a word of at least four letters. */
function typo(name: string, random: () => number): string | undefined {
  const places = [...name].flatMap((letter, at) => (/\p{L}/u.test(letter) && /\p{L}/u.test(name[at + 1] ?? '') && wordLength(name, at) >= 4 ? [at] : []));
  if (places.length === 0) return undefined;
  const at = places[Math.floor(random() * places.length)]!;
  const letter = 'abcdefghijklmnopqrstuvwxyz'[Math.floor(random() * 26)]!;
  switch (Math.floor(random() * 4)) {
    case 0:
      return name.slice(0, at) + name.slice(at + 1);
    case 1:
      return name.slice(0, at) + letter + name.slice(at);
    case 2:
      return name.slice(0, at) + letter + name.slice(at + 1);
    default:
      return name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2);
  }
}

function wordLength(name: string, at: number): number {
  const before = /[\p{L}]*$/u.exec(name.slice(0, at))![0].length;
  const after = /^[\p{L}]*/u.exec(name.slice(at))![0].length;
  return before + after;
}
