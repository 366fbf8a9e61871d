/** Jaro-Winkler similarity, 0 to 1, with the prefix bonus always given (up to four letters, `scale` each). */
export function jaroWinkler(a: string, b: string, scale: number): number {
  const similarity = jaro(a, b);
  let prefix = 0;
  while (prefix < 4 && prefix < a.length && prefix < b.length && a[prefix] === b[prefix]) prefix++;
  return similarity + prefix * scale * (1 - similarity);
}

function jaro(a: string, b: string): number {
  if (a === b) return a.length === 0 ? 0 : 1;
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const takenB = new Uint8Array(b.length);
  const common: string[] = [];
  for (let i = 0; i < a.length; i++) {
    for (let j = Math.max(0, i - reach); j < Math.min(b.length, i + reach + 1); j++) {
      if (takenB[j] || a[i] !== b[j]) continue;
      takenB[j] = 1;
      common.push(a[i]!);
      break;
    }
  }
  if (common.length === 0) return 0;
  let at = 0;
  let outOfPlace = 0;
  for (let j = 0; j < b.length; j++) if (takenB[j] && b[j] !== common[at++]) outOfPlace++;
  const m = common.length;
  return (m / a.length + m / b.length + (m - outOfPlace / 2) / m) / 3;
}
