import { isDatabaseUnavailable } from '../../db/client.ts';

/**
 * Does the work for every item, so many at once, whatever becomes of the others; the first failure is thrown at the end. While the
 * database is away the rest is not tried.
 */
export async function eachByItself<Item, Result>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  for (let from = 0; from < items.length && !failures.some(isDatabaseUnavailable); from += atOnce) {
    const settled = await Promise.allSettled(items.slice(from, from + atOnce).map((item) => work(item)));
    for (const one of settled) {
      if (one.status === 'fulfilled') results.push(one.value);
      else failures.push(one.reason);
    }
  }
  if (failures.length > 0) throw failures.find(isDatabaseUnavailable) ?? failures[0];
  return results;
}
