import type { ErrorEntry } from './category.ts';

export const payablesErrors = {
  'authority-insufficient': { category: 'forbidden', title: 'The amount is above the authority of this person', remedy: 'Somebody with authority for the amount must decide; it can be forwarded.' },
  'delegation-invalid': { category: 'forbidden', title: 'No delegation covers this', remedy: 'Decide in your own name, or have the delegation set up by the person who is away.' },
  'decision-incomplete': { category: 'invalid-input', title: 'The decision lacks something', remedy: 'A rejection needs a reason code and a target; an override needs a reason.' },
  'override-not-allowed': { category: 'rule-violation', title: 'This finding cannot be overridden', remedy: 'Correct the document or reject it.' },
  'policy-invalid': { category: 'invalid-input', title: 'The policy file is not valid', remedy: 'Mend the named line and import the file again.' },
} as const satisfies Record<string, ErrorEntry>;
