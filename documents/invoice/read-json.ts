import { TextDecoder } from 'node:util';
import type { z } from 'zod';
import { KontorError } from '../../domain/errors.ts';
import { incomingInvoiceSchema, type Invoice } from '../../domain/model/invoice.ts';
import { jsonFaultAt } from '../json-fault.ts';
import { placeAt } from '../xml/guard.ts';
import type { DraftInvoice } from './draft.ts';

/** The canonical form itself, as JSON in UTF-8. */
export function readJson(bytes: Uint8Array): DraftInvoice {
  const value = parse(decode(bytes));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new KontorError('json-not-canonical', 'The JSON is not one object.', { place: { path: '' } });
  requireReasonable(value, '', 0);
  const invoice = checkedInvoice(value);
  return { profile: undefined, invoice, files: invoice.attachments.map((attachment, index) => ({ attachment, place: { path: `/attachments/${index}` } })) };
}

/** The value against the schema of the canonical invoice; a violation names the member by its JSON pointer. */
export function checkedInvoice(value: unknown): Invoice {
  const result = incomingInvoiceSchema.safeParse(value);
  if (result.success) return result.data;
  throw violation(result.error.issues, value);
}

const maxItems = 50_000;
const maxDepth = 32;

/** Bounds what the schema has to look at: a list of a million faults would cost more than the document. */
function requireReasonable(value: unknown, path: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > maxDepth) throw new KontorError('json-not-canonical', `The JSON is nested more than ${maxDepth} levels deep.`, { place: { path } });
  const members = Object.entries(value);
  if (members.length > maxItems) throw new KontorError('json-not-canonical', `${path || '/'} has more than ${maxItems} members.`, { place: { path } });
  for (const [name, member] of members) requireReasonable(member, `${path}/${name}`, depth + 1);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new KontorError('json-malformed', 'The JSON is not valid UTF-8.', { place: { line: 1 } });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const place = placeAt(text, jsonFaultAt(text));
    throw new KontorError('json-malformed', `Line ${place.line}, column ${place.column} is not JSON.`, { place });
  }
}

const decimalMembers = new Set(['minor', 'quantity', 'unitPrice', 'grossPrice', 'priceDiscount', 'baseQuantity', 'percent', 'rate']);

function violation(issues: z.core.$ZodIssue[], value: unknown): KontorError {
  const issue = issues[0] as z.core.$ZodIssue;
  const names = issue.path.map(String);
  const path = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const last = names.at(-1) ?? '';
  const present = names.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], value);
  const options = { place: { path } };
  if (issue.code === 'unrecognized_keys') return new KontorError('json-not-canonical', `The canonical invoice has no member ${issue.keys.join(', ').slice(0, 100)} at ${path || '/'}.`, options);
  if (last === 'lines' && issue.code === 'too_small') return new KontorError('invoice-without-lines', 'The invoice has no lines.', options);
  if (last === 'currency' && present === undefined) return new KontorError('invoice-currency-missing', `${path} is missing.`, options);
  if (last === 'currency') return new KontorError('invoice-currency-unknown', `${path} is not a currency of ISO 4217.`, options);
  if (present === undefined) return new KontorError('invoice-field-missing', `${path} is missing.`, options);
  if (decimalMembers.has(last)) return new KontorError('invoice-amount-malformed', `${path} is not ${last === 'minor' ? 'an integer of minor units' : 'a decimal'} as text.`, options);
  return new KontorError('invoice-field-malformed', `${path}: ${issue.message}.`, options);
}
