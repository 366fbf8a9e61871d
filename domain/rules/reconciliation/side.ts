/** Not yet matched. */
export const open = -1;

/**
 * The items of one file in columns, so that a million of them take tens of megabytes. Items stand in the order of
 * their ids, whatever the order of the file was: the same items always match in the same way.
 */
export interface MatchSide {
  readonly size: number;
  readonly ids: readonly string[];
  /** Line in the file. */
  readonly lines: Int32Array;
  /** Minor units. */
  readonly amounts: BigInt64Array;
  /** Days since 1970-01-01. */
  readonly days: Int32Array;
  /** Numbers that stand for texts; equal texts of both sides have equal numbers. */
  readonly currencies: Int32Array;
  readonly keys: ReadonlyMap<string, Int32Array>;
  /** Number of the match that took the item, or `open`. */
  readonly matches: Int32Array;
}

/** Gives equal texts equal numbers; 0 stands for the empty text, which equals nothing. */
export class Interner {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [''];

  numberOf(text: string): number {
    if (text === '') return 0;
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.texts.length;
      this.texts.push(text);
      this.numbers.set(text, number);
    }
    return number;
  }

  get size(): number {
    return this.texts.length;
  }

  textOf(number: number): string {
    return this.texts[number]!;
  }
}

/** Takes items in any order and sorts them by id when all are there. */
export class SideBuilder {
  private readonly ids: string[] = [];
  private readonly keyNames: readonly string[];
  private amounts = new BigInt64Array(1_024);
  private numbers: Int32Array[];

  constructor(keyNames: readonly string[]) {
    this.keyNames = keyNames;
    this.numbers = ['line', 'day', 'currency', ...keyNames].map(() => new Int32Array(1_024));
  }

  /** `keys` in the order of the names; throws a RangeError for an amount beyond 64 bits. */
  add(id: string, line: number, amount: bigint, day: number, currency: number, keys: readonly number[]): void {
    const index = this.ids.length;
    if (amount !== BigInt.asIntN(64, amount)) throw new RangeError(`an amount of ${amount} minor units is beyond what can be matched`);
    if (index === this.amounts.length) this.grow();
    this.ids.push(id);
    this.amounts[index] = amount;
    [line, day, currency, ...keys].forEach((number, column) => (this.numbers[column]![index] = number));
  }

  build(): MatchSide {
    const order = Uint32Array.from(this.ids.keys());
    order.sort((a, b) => compareIds(this.ids[a]!, this.ids[b]!) || this.numbers[0]![a]! - this.numbers[0]![b]!);
    const amounts = new BigInt64Array(order.length);
    for (let position = 0; position < order.length; position++) amounts[position] = this.amounts[order[position]!]!;
    const [lines, days, currencies, ...keys] = this.numbers.map((column) => Int32Array.from(order, (index) => column[index]!));
    return {
      size: order.length,
      ids: Array.from(order, (index) => this.ids[index]!),
      lines: lines!,
      amounts,
      days: days!,
      currencies: currencies!,
      keys: new Map(this.keyNames.map((name, index) => [name, keys[index]!])),
      matches: new Int32Array(order.length).fill(open),
    };
  }

  private grow(): void {
    const amounts = new BigInt64Array(this.amounts.length * 2);
    amounts.set(this.amounts);
    this.amounts = amounts;
    this.numbers = this.numbers.map((column) => {
      const longer = new Int32Array(column.length * 2);
      longer.set(column);
      return longer;
    });
  }
}

/** Ids of digits by their value, others as text: 9 comes before 10. */
export function compareIds(a: string, b: string): number {
  if (a.length !== b.length && isNumber(a) && isNumber(b)) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

function isNumber(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return text.length > 0 && text.charCodeAt(0) !== 48;
}
