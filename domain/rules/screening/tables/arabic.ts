/** What a letter of the Arabic script sounds like in Latin letters; the first is the usual one. Long vowels are marked by capitals. */
export const arabicSounds: Record<string, string> = {
  ا: 'A', آ: 'A', ب: 'b', پ: 'p', ت: 't', ث: 'T', ج: 'j', چ: 'C', ح: 'h', خ: 'x', د: 'd', ذ: 'D', ر: 'r', ز: 'z', ژ: 'j', س: 's', ش: 'S', ص: 's', ض: 'D', ط: 't', ظ: 'D',
  ع: 'E', غ: 'G', ف: 'f', ق: 'q', ک: 'k', گ: 'g', ل: 'l', م: 'm', ن: 'n', و: 'W', ه: 'h', ی: 'Y', ڵ: 'l', ټ: 't', ډ: 'd', ړ: 'r', ږ: 'j', ښ: 'S', ګ: 'g', ڼ: 'n', ځ: 'z', څ: 's', ٹ: 't', ڈ: 'd', ڑ: 'r', ں: 'n',
};

/** Sounds in Latin spellings, longest first; capitals as above. */
export const latinDigraphs: [string, string][] = [
  ['tsch', 'C'], ['sch', 'S'], ['tch', 'C'], ['kh', 'x'], ['gh', 'G'], ['sh', 'S'], ['ch', 'C'], ['th', 'T'], ['dh', 'D'], ['zh', 'j'], ['dj', 'j'], ['ph', 'f'], ['ck', 'k'],
];
