import { KontorError } from '../../domain/errors.ts';
import type { PaymentStatusReport, TransferStatus } from '../../domain/model/bank-message.ts';

/** The words that ODFIs use for entries, in codes of ISO 20022. */
const statuses: Record<string, string> = { ACCEPTED: 'ACCP', REJECTED: 'RJCT' };

export function isAchAcknowledgement(text: string): boolean {
  return /^\s*ACKNOWLEDGEMENT \S/.test(text);
}

/**
 * Acknowledgement of an ACH file: one fact a line, each beginning with what it is. The rules of ACH know no such message, so a line
 * that is not known is refused rather than passed over. The end-to-end id is the identification of the entry, the
 * instruction its trace number, the file is named by origin, date, time and modifier. @throws KontorError `bank-message-malformed` with the line
 */
export function readAchAcknowledgement(text: string): PaymentStatusReport {
  const facts = new Map<string, string>();
  const transfers: TransferStatus[] = [];
  text.split(/\r?\n/).forEach((content, index) => {
    if (content.trim() === '') return;
    const [, word = '', rest = ''] = /^\s*([A-Z]+) ?(.*?)\s*$/.exec(content) ?? [];
    if (word === 'ENTRY') transfers.push(entryStatus(rest, index + 1));
    else if (!['ACKNOWLEDGEMENT', 'CREATED', 'FILE', 'NAME', 'STATUS'].includes(word)) throw refused(index + 1, `"${content.trim().slice(0, 40)}" says nothing that an acknowledgement says`);
    else if (facts.has(word)) throw refused(index + 1, `${word} stands twice`);
    else facts.set(word, rest);
  });
  const given = (word: string) => facts.get(word) || missing(word);
  const [groupStatus = '', reasonCode, ...words] = given('STATUS').split(' ');
  return {
    kind: 'status-report',
    messageId: given('ACKNOWLEDGEMENT'),
    originalMessageId: given('FILE'),
    groupStatus,
    ...(reasonCode === undefined ? {} : { reasonCode }),
    ...(words.length > 0 ? { reasonText: words.join(' ') } : {}),
    batches: [],
    transfers,
  };
}

/** `TRACE IDENTIFICATION 12.34 ACCEPTED 2026-10-02` or `… REJECTED R02 words`. */
function entryStatus(text: string, line: number): TransferStatus {
  const [, instructionId = '', endToEndId = '', , word = '', reasonCode = '', reasonText = ''] = /^(\S+) (.+) (\d+\.\d{2}) ([A-Z]+)(?: (\S+)(?: (.+))?)?$/.exec(text) ?? [];
  const status = statuses[word];
  if (status === undefined) throw refused(line, `"${text.slice(0, 60)}" is no entry with trace, identification, amount and ACCEPTED or REJECTED`);
  const reason = status === 'RJCT' ? { ...(reasonCode ? { reasonCode } : {}), ...(reasonText ? { reasonText } : {}) } : {};
  return { endToEndId, status, ...reason, instructionId };
}

function missing(word: string): never {
  throw new KontorError('bank-message-malformed', `The acknowledgement has no line ${word}.`, { place: { line: 1, path: word } });
}

function refused(line: number, what: string): KontorError {
  return new KontorError('bank-message-malformed', `Line ${line}: ${what}.`, { place: { line } });
}
