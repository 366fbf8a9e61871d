import type { ErrorEntry } from './category.ts';

/** Lists that cannot be trusted, queries that cannot be screened. */
export const screeningErrors = {
  'list-empty': { category: 'invalid-input', title: 'The list file is empty', remedy: 'Download the list again; keep the last good version until then.' },
  'list-cut': { category: 'invalid-input', title: 'The list file is cut off', remedy: 'Download the list again; keep the last good version until then.' },
  'list-unreadable': { category: 'invalid-input', title: 'The list file is not in its format', remedy: 'Compare the named place with the format of the publisher.' },
  'list-format-unknown': { category: 'invalid-input', title: 'The file is no list of a known format', remedy: 'Remove it from the folder or convert it to the company CSV format.' },
  'list-entry-nameless': { category: 'invalid-input', title: 'An entry of the list has no name', remedy: 'Report it to the publisher; the list counts as incomplete until it is mended.' },
  'list-entry-duplicate': { category: 'invalid-input', title: 'Two entries of the list have one id', remedy: 'Report it to the publisher; the list counts as incomplete until it is mended.' },
  'list-entry-invalid': { category: 'invalid-input', title: 'A field of a list entry cannot be read', remedy: 'Report it to the publisher; the list counts as incomplete until it is mended.' },
  'lists-missing': { category: 'invalid-input', title: 'There is no list to screen against', remedy: 'Name a folder that holds at least one list.' },
  'screening-input-invalid': { category: 'invalid-input', title: 'The names to screen cannot be read', remedy: 'Mend the named row or column and run it again.' },
  'screening-profile-unknown': { category: 'invalid-input', title: 'There is no such screening profile', remedy: 'Use one of the profiles in policies/screening.' },
  'screening-policy-invalid': { category: 'invalid-input', title: 'The screening policy cannot be used', remedy: 'Mend the named field of the policy file.' },
} as const satisfies Record<string, ErrorEntry>;
