/** Numbers by key, packed: `values` of key k lie between `starts[k]` and `starts[k + 1]`. */
export class Postings {
  readonly starts: Int32Array;
  readonly values: Int32Array;

  constructor(starts: Int32Array, values: Int32Array) {
    this.starts = starts;
    this.values = values;
  }

  each(key: number, visit: (value: number) => void): void {
    for (let at = this.starts[key]!, end = this.starts[key + 1]!; at < end; at++) visit(this.values[at]!);
  }
}

/** Collects pairs of key and value in any order; values of a key keep theirs. */
export class PostingsBuilder {
  private keys = new Int32Array(1024);
  private values = new Int32Array(1024);
  private count = 0;

  add(key: number, value: number): void {
    if (this.count === this.keys.length) {
      this.keys = grown(this.keys);
      this.values = grown(this.values);
    }
    this.keys[this.count] = key;
    this.values[this.count++] = value;
  }

  build(keyCount: number): Postings {
    const starts = new Int32Array(keyCount + 1);
    for (let at = 0; at < this.count; at++) starts[this.keys[at]! + 1]!++;
    for (let key = 0; key < keyCount; key++) starts[key + 1]! += starts[key]!;
    const filled = starts.slice(0, keyCount);
    const values = new Int32Array(this.count);
    for (let at = 0; at < this.count; at++) values[filled[this.keys[at]!]!++] = this.values[at]!;
    return new Postings(starts, values);
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
