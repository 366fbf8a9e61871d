import type { Counterparty } from '../../../domain/model/bank-statement.ts';
import { plain } from '../plain-text.ts';
import { asId } from './joints.ts';

/** The other side as far as it is named, without joints and without the slashes that end its fields. */
export function partyOf(parts: Record<'name' | 'account' | 'bank', string | undefined>): Counterparty | undefined {
  const party: Counterparty = {};
  const [name, account, bank] = [withoutSlashes(asId(parts.name ?? '')), withoutSlashes(asId(parts.account ?? '')), withoutSlashes(asId(parts.bank ?? ''))];
  if (name) party.name = name;
  if (account) party.account = account;
  if (bank) party.bank = bank;
  return name || account || bank ? party : undefined;
}

function withoutSlashes(text: string): string {
  const trimmed = plain(text);
  return trimmed.endsWith('/') ? trimmed.replace(/[ /]+$/, '') : trimmed;
}
