const digraphs: [RegExp, string][] = [
  [/(tsch|sch|tch|sh|ch)/g, '$'],
  [/(dzh|zh|dj|j)/g, 'j'],
  [/kh/g, 'h'],
  [/ph/g, 'f'],
  [/(gh|ck|[qgc])/g, 'k'],
  [/th/g, 't'],
  [/dh/g, 'd'],
  [/x/g, 'ks'],
  [/w/g, 'v'],
  [/z/g, 's'],
];

/**
 * The consonants of a romanised word in the order they are heard: vowels and silent letters fall away, letters of one sound become one.
 * Spellings of one name in several romanisations share it (`qaddafi`, `gadafi` → `kdf`). A leading vowel is kept as `a`.
 */
export function skeleton(word: string): string {
  let sounds = word.replace(/c(?=[eiy])/g, 's');
  for (const [pattern, sound] of digraphs) sounds = sounds.replace(pattern, sound);
  const first = /^[aeiouy]/.test(sounds) ? 'a' : sounds.startsWith('h') ? 'h' : '';
  const consonants = sounds.replace(/[aeiouyh]/g, '');
  return first + consonants.replace(/(.)\1+/g, '$1');
}
