import { canonicalJson } from '../canonical-json.ts';
import { KontorError } from '../../errors.ts';

/** An open item and the number of its payment attempts that the bank finally gave back, plus one. */
export interface RevisedItem {
  caseId: string;
  revision: number;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** 160 bits: a chance of two equal ids that no number of payments can reach. The standard allows 35 characters. */
const endToEndLength = 32;
/** Leaves room for a number behind it within 35 characters. */
const longestRunId = 26;

/**
 * The end-to-end id of the payment of these open items (P7): base32 of the SHA-256 of their sorted keys and revisions, so
 * that the same items have it in whichever run, and another one only after a confirmed rejection or return.
 */
export function endToEndIdOf(items: readonly RevisedItem[], sha256: (text: string) => Uint8Array): string {
  const keys = items.map(({ caseId, revision }) => canonicalJson([caseId, revision])).sort();
  return base32(sha256(`payment:${keys.join('\n')}`)).slice(0, endToEndLength);
}

/** The message id of a run's file: its own id, or base32 of it where that is a UUID. @throws KontorError `payment-order-malformed` */
export function messageIdOf(runId: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(runId)) return base32(bytesOfHex(runId.replaceAll('-', '')));
  if (runId.length > longestRunId || !/^[A-Za-z0-9+?:().,'-]+$/.test(runId))
    throw new KontorError('payment-order-malformed', `The run id ${JSON.stringify(runId.slice(0, 60))} cannot be a message id: it has to be a UUID or have at most ${longestRunId} letters, digits and signs of + ? : ( ) . , ' -.`, { place: { path: '/runId' } });
  return runId;
}

/** The id of the n-th batch of a run's file, counted from 1. */
export function paymentInformationIdOf(runId: string, n: number): string {
  return `${messageIdOf(runId)}-${n}`;
}

/** The id of the n-th transfer of a run's file, counted from 1 through all batches. */
export function instructionIdOf(runId: string, n: number): string {
  return `${messageIdOf(runId)}-T${n}`;
}

/** Base32 of RFC 4648 without padding. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet[(buffer >>> (bits - 5)) & 31];
    buffer &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet[(buffer << (5 - bits)) & 31] : text;
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16));
}
