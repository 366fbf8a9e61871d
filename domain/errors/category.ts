/** Errors are classified by who must act; HTTP status and retryability follow from the category alone. */
export type ErrorCategory =
  | 'invalid-input' // the sender mends the input
  | 'unauthenticated' // the caller logs in
  | 'forbidden' // an administrator grants a right
  | 'duty-conflict' // another person must act
  | 'not-found' // the caller asks for something else
  | 'conflict' // the caller looks at the newer state
  | 'rule-violation' // the business decides
  | 'upstream-rejected' // a case for a person: the counterpart said no
  | 'upstream-throttled' // nobody: wait as long as the counterpart says
  | 'upstream-unavailable' // nobody: retry
  | 'outcome-unknown' // nobody resends: enquire first
  | 'bug'; // us

export interface ErrorEntry {
  category: ErrorCategory;
  /** One short line, the same for every occurrence (RFC 9457 `title`). */
  title: string;
  /** What the reader does next. */
  remedy: string;
}
