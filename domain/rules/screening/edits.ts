const vowels = 'aeiouy';
/** Letters that scribes and transliterations exchange; the classes overlap on purpose. */
const exchangeable = ['ckqgx', 'sz', 'zj', 'jy', 'iy', 'vw', 'wu', 'fv', 'bp', 'dt', 'mn', 'kh', 'gj', 'cs', 'lr'];

/** What one letter counts at least in the mean of plain and weighted edits. */
export const cheapestEdit = 0.75;

const size = 128;
const substitution = substitutionCosts();

/** Rows of the dynamic programme, reused; names longer than this are cut by the parser. */
const longest = 64;
const rowA = new Float64Array(longest + 1);
const rowB = new Float64Array(longest + 1);
const rowC = new Float64Array(longest + 1);

/**
 * Damerau-Levenshtein distance (adjacent letters exchanged count once) with cheaper costs for what happens in names:
 * vowels for vowels, letters of one sound, doubled letters. Stops early and returns a number above `limit` when it must exceed it.
 */
export function weightedEdits(a: string, b: string, limit: number): number {
  return distance(a, b, limit, true);
}

/** Plain edits, every operation one. */
export function plainEdits(a: string, b: string, limit: number): number {
  return distance(a, b, limit, false);
}

function distance(a: string, b: string, limit: number, weighted: boolean): number {
  if (a === b) return 0;
  const n = Math.min(a.length, longest);
  const m = Math.min(b.length, longest);
  const cheapest = weighted ? 0.5 : 1;
  if (Math.abs(n - m) * cheapest > limit) return limit + 1;
  let beforeLast = rowC;
  let last = rowA;
  let current = rowB;
  last[0] = 0;
  for (let j = 1; j <= m; j++) last[j] = last[j - 1]! + (weighted ? gap(b, j - 1) : 1);
  for (let i = 1; i <= n; i++) {
    const ca = a.charCodeAt(i - 1);
    const gapA = weighted ? gap(a, i - 1) : 1;
    current[0] = last[0]! + gapA;
    let best = current[0]!;
    for (let j = 1; j <= m; j++) {
      const cb = b.charCodeAt(j - 1);
      let cost = last[j - 1]! + (ca === cb ? 0 : weighted && ca < size && cb < size ? substitution[ca * size + cb]! : 1);
      const deletion = last[j]! + gapA;
      if (deletion < cost) cost = deletion;
      const insertion = current[j - 1]! + (weighted ? gap(b, j - 1) : 1);
      if (insertion < cost) cost = insertion;
      if (i > 1 && j > 1 && ca === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === cb) {
        const transposition = beforeLast[j - 2]! + (ca === cb ? 0 : 1);
        if (transposition < cost) cost = transposition;
      }
      current[j] = cost;
      if (cost < best) best = cost;
    }
    if (best > limit && i > 1) return limit + 1;
    const freed = beforeLast;
    beforeLast = last;
    last = current;
    current = freed;
  }
  return last[m]!;
}

/** Inserting or dropping one of a doubled letter, or a silent h, is half an edit. */
function gap(word: string, at: number): number {
  const letter = word.charCodeAt(at);
  return (at > 0 && word.charCodeAt(at - 1) === letter) || word.charCodeAt(at + 1) === letter || letter === 104 ? 0.5 : 1;
}

function substitutionCosts(): Float64Array {
  const costs = new Float64Array(size * size).fill(1);
  const cheapen = (letters: string, cost: number): void => {
    for (const x of letters) for (const y of letters) if (x !== y) costs[x.charCodeAt(0) * size + y.charCodeAt(0)] = Math.min(cost, costs[x.charCodeAt(0) * size + y.charCodeAt(0)]!);
  };
  cheapen(vowels, 0.7);
  for (const letters of exchangeable) cheapen(letters, 0.6);
  return costs;
}
