import { CompactSign, compactVerify } from 'jose';
import { canonicalJson } from '../domain/rules/canonical-json.ts';
import type { SigningKey } from './keys.ts';

/**
 * What a person decided, as the API states it after it has seen who the person is: signed, so that an update sent around
 * the API moves nothing, and bound to the case, the document version and the policy that were shown.
 */
export interface DecisionStatement {
  /** The decision's id, which is also the update's id: a statement is good for one decision (S11). */
  decisionId: string;
  entity: string;
  caseId: string;
  workflowId: string;
  update: string;
  decision: string;
  task?: string;
  exception?: string;
  reasonCode?: string;
  documentHash: string;
  decisionHash: string;
  policyVersion?: string;
  /** SHA-256 of the canonical JSON of the decision's further content (a correction, a comment). */
  payloadHash: string;
  person: string;
  issuer: string;
  authenticatedAt: number;
  onBehalfOf?: string;
  decidedAt: string;
}

const algorithm = 'EdDSA';
const type = 'kontor-decision';

export async function signStatement(statement: DecisionStatement, key: SigningKey): Promise<string> {
  return new CompactSign(Buffer.from(canonicalJson(statement))).setProtectedHeader({ alg: algorithm, typ: type }).sign(key.privateKey);
}

/** The statement inside a genuine envelope; undefined for anything else. */
export async function openStatement(envelope: string, key: Pick<SigningKey, 'publicKey'>): Promise<DecisionStatement | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(envelope, key.publicKey, { algorithms: [algorithm] });
    return protectedHeader.typ === type ? (JSON.parse(Buffer.from(payload).toString('utf8')) as DecisionStatement) : undefined;
  } catch {
    return undefined;
  }
}
