import type { Solution } from './solution.ts';
import type { Item } from './state.ts';

/**
 * Of solutions found side by side, those that can be applied together. Two that claim the same money or the same item are both
 * left alone unless one is better by the margin: first come is never first served (CA-4, CA-14).
 */
export function withoutConflicts(solutions: readonly Solution[], margin: number): Solution[] {
  const distinct = distinctOf(solutions);
  const rivals = rivalsOf(distinct);
  const kept = distinct.filter((solution) => [...rivals.get(solution)!].every((rival) => solution.score >= rival.score + margin));
  return kept.filter((solution) => !kept.some((larger) => includesPart(larger, solution)));
}

/** Partners find the same joint solution each from its own side; the most cautious view of it counts. */
function distinctOf(solutions: readonly Solution[]): Solution[] {
  const jointly = new Map<Item, Solution[]>();
  const distinct: Solution[] = [];
  for (const solution of [...solutions].sort((a, b) => a.score - b.score)) {
    const known = jointly.get(solution.items[0]!) ?? [];
    if (solution.kind === 'joint' && known.some((other) => isSameSolution(other, solution))) continue;
    if (solution.kind === 'joint') jointly.set(solution.items[0]!, [...known, solution]);
    distinct.push(solution);
  }
  return distinct;
}

/** A part payment that a joint solution of the same item contains says the same, only less. */
function includesPart(larger: Solution, part: Solution): boolean {
  return larger.kind === 'joint' && part.kind === 'part' && larger.items[0] === part.items[0] && larger.payments.includes(part.payments[0]!);
}

/** Part payments of one item claim it in common; they conflict only when their sum is more than the open amount. */
function rivalsOf(solutions: readonly Solution[]): Map<Solution, Set<Solution>> {
  const rivals = new Map(solutions.map((solution) => [solution, new Set<Solution>()]));
  const claims = new Map<object, Solution[]>();
  for (const solution of solutions) {
    for (const claimed of [...solution.items, ...solution.payments]) {
      const list = claims.get(claimed);
      if (list) list.push(solution);
      else claims.set(claimed, [solution]);
    }
  }
  for (const [claimed, claimants] of claims) {
    const shared = sharedParts(claimed, claimants);
    for (const one of claimants) {
      for (const other of claimants) {
        const compatible = one === other || includesPart(one, other) || includesPart(other, one) || (shared.has(one) && shared.has(other));
        if (!compatible) rivals.get(one)!.add(other);
      }
    }
  }
  return rivals;
}

/** The part payments of an item, when it is large enough for all of them. */
function sharedParts(claimed: object, claimants: readonly Solution[]): Set<Solution> {
  const parts = claimants.filter((solution) => solution.kind === 'part' && solution.items[0] === claimed);
  const sum = parts.reduce((total, part) => total + part.payments[0]!.amount, 0);
  return new Set(parts.length > 0 && sum <= (claimed as Item).open ? parts : []);
}

function isSameSolution(a: Solution, b: Solution): boolean {
  return hasSame(a.items, b.items) && hasSame(a.payments, b.payments);
}

function hasSame<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((member) => b.includes(member));
}
