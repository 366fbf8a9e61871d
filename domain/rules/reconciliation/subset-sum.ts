export interface SubsetBounds {
  /** More candidates than this are not searched. */
  readonly candidates: number;
  /** Largest subset. */
  readonly size: number;
  /** Nodes of the search. */
  readonly steps: number;
}

export type SubsetAnswer =
  | { readonly found: readonly number[]; readonly unique: boolean }
  | { readonly found: undefined; readonly exhausted: boolean };

/**
 * Positions of `amounts` that sum to `target` within `allowed`, fewest first, then nearest, then by position. `unique`
 * says that no other subset of that size comes as near. When a bound is reached before all was tried the answer
 * is `exhausted`, which is not "none" (CA-5).
 */
export function subsetSum(amounts: readonly bigint[], target: bigint, allowed: bigint, bounds: SubsetBounds): SubsetAnswer {
  if (amounts.length > bounds.candidates) return { found: undefined, exhausted: true };
  const search: Search = { amounts, reach: reaches(amounts), target, allowed, stepsLeft: bounds.steps, best: undefined, distance: 0n, equals: 0 };
  for (let size = 2; size <= Math.min(bounds.size, amounts.length); size++) {
    walk(search, [], 0, 0n, size);
    if (search.stepsLeft < 0) return { found: undefined, exhausted: true };
    if (search.best) return { found: search.best, unique: search.equals === 1 };
  }
  return { found: undefined, exhausted: amounts.length > bounds.size };
}

interface Search {
  readonly amounts: readonly bigint[];
  /** From each position on: the most that positive and the least that negative amounts can still add. */
  readonly reach: readonly { most: bigint; least: bigint }[];
  readonly target: bigint;
  readonly allowed: bigint;
  stepsLeft: number;
  best: number[] | undefined;
  distance: bigint;
  equals: number;
}

function walk(search: Search, chosen: number[], from: number, sum: bigint, size: number): void {
  if (--search.stepsLeft < 0) return;
  if (chosen.length === size) return weigh(search, chosen, sum);
  for (let position = from; position <= search.amounts.length - (size - chosen.length); position++) {
    const { most, least } = search.reach[position]!;
    if (sum + most < search.target - search.allowed || sum + least > search.target + search.allowed) return;
    chosen.push(position);
    walk(search, chosen, position + 1, sum + search.amounts[position]!, size);
    chosen.pop();
    if (search.stepsLeft < 0) return;
  }
}

function weigh(search: Search, chosen: readonly number[], sum: bigint): void {
  const distance = sum > search.target ? sum - search.target : search.target - sum;
  if (distance > search.allowed) return;
  if (!search.best || distance < search.distance) {
    search.best = [...chosen];
    search.distance = distance;
    search.equals = 1;
  } else if (distance === search.distance) search.equals++;
}

function reaches(amounts: readonly bigint[]): { most: bigint; least: bigint }[] {
  const reach: { most: bigint; least: bigint }[] = new Array(amounts.length);
  let [most, least] = [0n, 0n];
  for (let position = amounts.length - 1; position >= 0; position--) {
    const amount = amounts[position]!;
    if (amount > 0n) most += amount;
    else least += amount;
    reach[position] = { most, least };
  }
  return reach;
}
