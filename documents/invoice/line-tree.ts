import { KontorError, type Place } from '../../domain/errors.ts';
import type { InvoiceLine } from '../../domain/model/invoice.ts';

/** A line as it stands in a flat list, with the line that it names as its parent. */
export interface FlatLine {
  line: InvoiceLine;
  parentId: string | undefined;
  place: Place;
}

/**
 * Lines below their parents, both in the order of the document; a parent may stand before its parts or after them. Of several lines
 * with the parent's id the nearest one before counts. Throws for a parent that is not there, and for lines that are each other's parts.
 */
export function lineTree(flat: FlatLine[]): InvoiceLine[] {
  const parents = parentsOf(flat);
  requireNoCircle(flat, parents);
  flat.forEach(({ line }, index) => {
    const parent = flat[parents[index] ?? -1]?.line;
    if (parent) (parent.subLines ??= []).push(line);
  });
  return flat.filter((_, index) => parents[index] === undefined).map(({ line }) => line);
}

/** For each line the position of its parent: one pass forwards for the nearest before it, one backwards for the nearest after. */
function parentsOf(flat: FlatLine[]): (number | undefined)[] {
  const parents: (number | undefined)[] = flat.map(() => undefined);
  const pass = (indexes: number[]) => {
    const met = new Map<string, number>();
    for (const index of indexes) {
      const { line, parentId } = flat[index] as FlatLine;
      if (parentId !== undefined) parents[index] ??= met.get(parentId);
      met.set(line.id, index);
    }
  };
  const forwards = [...flat.keys()];
  pass(forwards);
  pass(forwards.reverse());
  const lost = flat.find(({ parentId }, index) => parentId !== undefined && parents[index] === undefined);
  if (lost) throw orphan(lost);
  return parents;
}

/** Walks up from each line to one that is known to end at the top; each line is passed once. */
function requireNoCircle(flat: FlatLine[], parents: (number | undefined)[]): void {
  const ends = new Set<number>();
  for (const start of flat.keys()) {
    const path = new Set<number>();
    for (let at: number | undefined = start; at !== undefined && !ends.has(at); at = parents[at]) {
      if (path.has(at)) throw orphan(flat[start] as FlatLine);
      path.add(at);
    }
    for (const at of path) ends.add(at);
  }
}

function orphan({ line, parentId, place }: FlatLine): KontorError {
  return new KontorError('invoice-field-malformed', `Line ${line.id} names a parent line that is not there or is a part of it: ${(parentId ?? '').slice(0, 40)}.`, { place });
}
