interface Placed {
  positional: string;
  /** In the order of their positions: a name that occurs twice has two, so that each may have a type of its own. */
  names: string[];
  /** What looks like a name and was none; statements that differ in this are placed anew. */
  others: string[];
}

/** Statements are constants, so this stays small; what is put together at run time must not fill the memory. */
const placed = new Map<string, Placed>();
const mostPlaced = 2_000;

/**
 * Positions for `:name` bindings, and their values; a name without a binding is left as it stands. A cast `::text` is no name.
 */
export function place(text: string, bindings: Readonly<Record<string, unknown>>): { positional: string; values: unknown[] } {
  const isBound = (name: string) => Object.hasOwn(bindings, name);
  let known = placed.get(text);
  if (!known || !known.names.every(isBound) || known.others.some(isBound)) {
    known = placeAnew(text, isBound);
    if (placed.size >= mostPlaced) placed.clear();
    placed.set(text, known);
  }
  return { positional: known.positional, values: known.names.map((name) => bindings[name] ?? null) };
}

function placeAnew(text: string, isBound: (name: string) => boolean): Placed {
  const [names, others]: [string[], string[]] = [[], []];
  const positional = text.replace(/(?<![:\w]):([a-zA-Z]\w*)/g, (whole, name: string) => {
    (isBound(name) ? names : others).push(name);
    return isBound(name) ? `$${names.length}` : whole;
  });
  return { positional, names, others };
}
