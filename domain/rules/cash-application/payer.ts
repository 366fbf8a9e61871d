import type { ConfirmedAccount, CustomerFact, PayerRelation, PaymentFact } from './facts.ts';

/** Who the payer is, or may be. Never decided by a similar name. */
export interface PayerAnswer {
  certainty: 'name' | 'account' | 'new account' | 'alias' | 'shared account' | 'contradiction' | 'not related' | 'unknown';
  /** Customers whose items are looked at; empty when unknown. */
  customers: readonly string[];
  words: string;
}

const provenUses = 3;

/** Names, accounts and approved relations, as known so far (CA-13). Accounts are learned from payments under a true name only. */
export class PayerBook {
  private readonly names = new Map<string, Set<string>>();
  private readonly accounts = new Map<string, Map<string, number>>();
  private readonly accountsOfNames = new Map<string, Set<string>>();
  private readonly relations = new Map<string, Set<string>>();

  addCustomer(customer: CustomerFact): void {
    for (const name of [customer.name, ...(customer.aliases ?? [])]) entry(this.names, plainName(name), () => new Set<string>()).add(customer.id);
  }

  addRelation(relation: PayerRelation): void {
    entry(this.relations, relation.payer, () => new Set<string>()).add(relation.customer);
  }

  confirm(confirmed: ConfirmedAccount): void {
    this.count(confirmed.account, confirmed.customer, confirmed.uses);
  }

  /**
   * Learns from a payment: the account, when the name is that of exactly one customer; which other names the account uses.
   * Returns whether payers that were unknown may be known now.
   */
  learn(payment: PaymentFact): boolean {
    if (!payment.account) return false;
    const name = plainName(payment.payerName);
    const named = this.names.get(name);
    if (named?.size === 1) {
      const customer = [...named][0]!;
      const isNew = !this.accounts.get(payment.account)?.has(customer);
      this.count(payment.account, customer, 1);
      return isNew;
    }
    if (named || !name) return false;
    const accounts = entry(this.accountsOfNames, name, () => new Set<string>());
    const isNew = !accounts.has(payment.account);
    accounts.add(payment.account);
    return isNew;
  }

  identify(payment: PaymentFact): PayerAnswer {
    const named = [...(this.names.get(plainName(payment.payerName)) ?? [])];
    const users = this.accounts.get(payment.account) ?? new Map<string, number>();
    if (named.length === 1) return this.byName(named[0]!, users);
    const owners = named.length > 1 ? named.filter((customer) => users.has(customer)) : [...users.keys()];
    if (owners.length === 1) return byAccount(owners[0]!, users.get(owners[0]!)!);
    const candidates = [...new Set(owners.length > 0 ? owners : named)].sort();
    if (candidates.length > 1) return { certainty: 'shared account', customers: candidates, words: `name or account is used by ${candidates.length} customers` };
    const aliased = this.byAlias(payment);
    if (aliased.length === 1) return { certainty: 'alias', customers: aliased, words: `the same name was used on another account of this customer` };
    return { certainty: 'unknown', customers: [], words: 'neither the name nor the account belongs to a known customer' };
  }

  /** Customers for whom a payer holds an approved relation. */
  dependantsOf(payer: string): readonly string[] {
    return [...(this.relations.get(payer) ?? [])].sort();
  }

  /** Customers whose proven accounts have used exactly this name. */
  private byAlias(payment: PaymentFact): string[] {
    const accounts = this.accountsOfNames.get(plainName(payment.payerName)) ?? [];
    return [...new Set([...accounts].flatMap((account) => [...(this.accounts.get(account)?.keys() ?? [])]))];
  }

  private byName(customer: string, users: Map<string, number>): PayerAnswer {
    const others = [...users.keys()].filter((user) => user !== customer);
    if (others.length > 0 && !users.has(customer))
      return { certainty: 'contradiction', customers: [customer], words: 'the name is the customer\'s, the account has been used by another customer' };
    return { certainty: 'name', customers: [customer], words: 'the payer bears the customer\'s name' };
  }

  private count(account: string, customer: string, uses: number): void {
    const users = entry(this.accounts, account, () => new Map<string, number>());
    users.set(customer, (users.get(customer) ?? 0) + uses);
  }
}

function byAccount(customer: string, uses: number): PayerAnswer {
  const times = uses === 1 ? 'once' : `${uses} times`;
  return {
    certainty: uses >= provenUses ? 'account' : 'new account',
    customers: [customer],
    words: `the account was used ${times} under the customer's true name`,
  };
}

/** Names are equal when their letters and digits are, whatever the case, accents and punctuation. */
export function plainName(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
