import { isDigit, type Memo } from './memo.ts';
import type { NumberForms } from './number-series.ts';

/** Who owns a known number. `item` is absent for numbers known only from the list of closed and foreign ones. */
export interface NumberOwner {
  readonly customer: string | undefined;
  readonly field: string;
  readonly item: string | undefined;
}

export interface KnownNumber {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly owners: readonly NumberOwner[];
}

/** All numbers ever seen, to look up what a memo spells out in full. */
export class NumberDirectory {
  private readonly owners = new Map<string, NumberOwner | NumberOwner[]>();

  /** `number` in the alphabet of memos. */
  add(number: string, owner: NumberOwner): void {
    const known = this.owners.get(number);
    if (!known) this.owners.set(number, owner);
    else if (Array.isArray(known)) known.push(owner);
    else this.owners.set(number, [known, owner]);
  }

  find(number: string): readonly NumberOwner[] {
    const found = this.owners.get(number);
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  }

  /** Known numbers written in full: as a token, as two tokens with a blank between, or inside a run-together list. */
  spelledOut(memo: Memo, forms: NumberForms): KnownNumber[] {
    const found: KnownNumber[] = [];
    const look = (start: number, end: number) => {
      const text = memo.compact.slice(start, end);
      const owners = this.find(text);
      if (owners.length > 0) found.push({ text, start, end, owners });
    };
    memo.tokens.forEach((token, index) => {
      look(token.start, token.end);
      const next = memo.tokens[index + 1];
      if (next) look(token.start, next.end);
      if (!isDigit(token.text[0]!)) return;
      for (const length of forms.lengths()) {
        if (token.text.length < length + 2) continue;
        for (let start = token.start; start + length <= token.end; start++) look(start, start + length);
      }
    });
    return found;
  }
}
