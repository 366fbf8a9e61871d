/**
 * Elements that banks and networks put around a business header (`AppHdr`) and its ISO 20022 message (`Document`): the envelope of
 * ISO 20022 itself, the data unit of SWIFT, and what interfaces of banks call theirs. What lies between it and the message does not matter.
 */
const envelopes: ReadonlySet<string> = new Set(['BizMsgEnvlp', 'BusMsg', 'BizMsg', 'Envelope', 'DataPDU', 'RequestPayload']);

/** By the local name of the root element. */
export function isEnvelope(name: string): boolean {
  return envelopes.has(name);
}
