/**
 * A circle in a graph of predecessors, as the ids along it with the first one repeated at the end, or undefined.
 * The smallest start in the order of ids is found, so that the same graph prints the same circle. Iterative: a chain
 * of any length is walked without recursion.
 */
export function findCycle(predecessors: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>();
  for (const start of [...predecessors.keys()].sort()) {
    if (finished.has(start)) continue;
    const path: { id: string; next: number }[] = [{ id: start, next: 0 }];
    const onPath = new Set([start]);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const next = predecessors.get(top.id)?.[top.next++];
      if (next === undefined) {
        finished.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(next)) {
        return [...path.slice(path.findIndex((step) => step.id === next)).map((step) => step.id), next];
      } else if (!finished.has(next)) {
        path.push({ id: next, next: 0 });
        onPath.add(next);
      }
    }
  }
  return undefined;
}
