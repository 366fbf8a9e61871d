/** Indexes by bucket, in columns: those of bucket n stand in `items` from `ends[n − 1]` to before `ends[n]`. */
export interface Buckets {
  readonly items: Int32Array;
  readonly ends: Int32Array;
}

/** Sorts indexes by the bucket that each is in, rising within it; a negative number is in none. */
export function bucketsOf(numbers: Int32Array): Buckets {
  let [count, most] = [0, -1];
  for (const number of numbers) {
    if (number < 0) continue;
    count++;
    if (number > most) most = number;
  }
  const ends = new Int32Array(most + 1);
  for (const number of numbers) if (number >= 0) ends[number]!++;
  for (let bucket = 1; bucket <= most; bucket++) ends[bucket]! += ends[bucket - 1]!;
  const items = new Int32Array(count);
  const free = ends.slice();
  for (let index = numbers.length - 1; index >= 0; index--) if (numbers[index]! >= 0) items[--free[numbers[index]!]!] = index;
  return { items, ends };
}

export function inBucket({ items, ends }: Buckets, bucket: number): number[] {
  if (bucket >= ends.length) return [];
  return Array.from(items.subarray(bucket === 0 ? 0 : ends[bucket - 1]!, ends[bucket]!));
}
