/** What the text of an element may be; `what` ends a sentence that begins with "it must be". */
export interface SimpleType {
  what: string;
  fits(text: string): boolean;
}

/** One element of a message: how often it may stand there, and either a simple type or its children in their order. */
export interface ElementRule {
  name: string;
  min: 0 | 1;
  max: number;
  content: { type: SimpleType; currency?: true } | { children: readonly ElementRule[]; choice?: true };
}

type Content = SimpleType | readonly ElementRule[];

export function one(name: string, content: Content): ElementRule {
  return rule(name, 1, 1, content);
}

export function optional(name: string, content: Content): ElementRule {
  return rule(name, 0, 1, content);
}

export function some(name: string, content: Content): ElementRule {
  return rule(name, 1, Number.POSITIVE_INFINITY, content);
}

export function any(name: string, content: Content): ElementRule {
  return rule(name, 0, Number.POSITIVE_INFINITY, content);
}

/** Exactly one of the children. */
export function choice({ name, min, max }: ElementRule, children: readonly ElementRule[]): ElementRule {
  return { name, min, max, content: { children: children.map((child) => ({ ...child, min: 0 })), choice: true } };
}

/** An amount: a number with its currency in the attribute `Ccy`. */
export function inCurrency({ name, min, max }: ElementRule, type: SimpleType): ElementRule {
  return { name, min, max, content: { type, currency: true } };
}

function rule(name: string, min: 0 | 1, max: number, content: Content): ElementRule {
  return { name, min, max, content: 'fits' in content ? { type: content } : { children: content } };
}
