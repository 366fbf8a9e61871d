/** Why the bank takes no payment of a file: an ISO external reason code and a sentence. */
export class FileRefusal extends Error {
  override name = 'FileRefusal';
  readonly code: string;
  /** Where the file could be read that far. */
  messageId: string | undefined;
  /** The account of this bank that would have paid, where that is known: the refusal is reported to it. */
  account: string | undefined;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
