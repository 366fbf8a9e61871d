/** What an operator needs to follow a process: ids, codes, states and times. Whatever is not named here is masked, also what will come later. */
const shownFields = new Set([
  'action', 'at', 'attempt', 'case', 'caseId', 'code', 'contentHash', 'correlationId', 'decisionHash', 'decisionId', 'documentHash', 'documentVersion', 'dueAt', 'effect', 'entity', 'eventId', 'eventKind',
  'exceptionId', 'factsId', 'id', 'kind', 'messageId', 'nextDeadline', 'outcome', 'policyVersion', 'process', 'role', 'ruleId', 'runId', 'schemaVersion', 'seq', 'since', 'stage', 'state', 'status', 'subject',
  'system', 'task', 'version', 'what', 'workflowVersion',
]);

export const masked = '•••';

/** The same shape with every value masked that is not of a field which everybody who follows processes may see; truth values and gaps stay. */
export function maskPayload(value: unknown, field?: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => maskPayload(entry, field));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, maskPayload(entry, name)]));
  if (value === null || typeof value === 'boolean') return value;
  return field !== undefined && shownFields.has(field) ? value : masked;
}
