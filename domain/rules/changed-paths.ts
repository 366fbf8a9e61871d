import { canonicalJson } from './canonical-json.ts';

/** The members, by path such as `policies.approval`, in which two plain objects differ; a list differs as a whole. */
export function changedPaths(before: object, after: object): string[] {
  const [old, now] = [before as Record<string, unknown>, after as Record<string, unknown>];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap((name) => {
    const [one, other] = [old[name], now[name]];
    if (isRecord(one) && isRecord(other)) return changedPaths(one, other).map((path) => `${name}.${path}`);
    return canonicalJson(one ?? null) === canonicalJson(other ?? null) ? [] : [name];
  });
}

/** What lies at a path that `changedPaths` names; undefined where nothing does. */
export function memberOf(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((within, name) => (isRecord(within) ? within[name] : undefined), value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
