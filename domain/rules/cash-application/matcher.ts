import { citationsOf } from './citations.ts';
import { withoutConflicts } from './conflicts.ts';
import type { ClosedNumber, ConfirmedAccount, CustomerFact, ItemFact, PayerRelation, PaymentFact } from './facts.ts';
import { judge, type Judgement } from './judge.ts';
import { solveJointly } from './joint.ts';
import { compactNumber } from './memo.ts';
import { NumberDirectory } from './number-directory.ts';
import { NumberForms } from './number-series.ts';
import { PayerBook, type PayerAnswer } from './payer.ts';
import type { MatchSettings } from './settings.ts';
import type { Solution } from './solution.ts';
import { solve, type Attempt } from './solve.ts';
import { forget, newItem, newPool, newWaiting, type Item, type Pool, type Waiting } from './state.ts';

/** One payment's way through the matcher: while it waits, its last judgement; once applied, the solution that was used. */
export interface Progress {
  readonly payment: Waiting;
  judgement: Judgement;
  applied: Solution | undefined;
  /** In units of the items' currency; empty until applied. A credit note's is negative. */
  allocations: readonly { item: string; amount: number }[];
}

const nothing: Judgement = { verdict: 'open', best: undefined, runnerUp: undefined, obstacles: [] };
const mostPoolsOfUnknown = 4;
const shortestKnown = 4;

/**
 * Applies payments to open items as days pass. Facts come in (customers, accounts, closed numbers, items, payments);
 * `settle` applies all that can be applied with the facts so far and looks again at what was left open.
 */
export class Matcher {
  readonly progress = new Map<PaymentFact, Progress>();
  private readonly settings: MatchSettings;
  private readonly forms: NumberForms;
  private readonly book = new PayerBook();
  private readonly directory = new NumberDirectory();
  private readonly pools = new Map<string, Map<string, Pool>>();
  private readonly itemsById = new Map<string, Item>();
  private readonly itemsByAmount = new Map<string, Item[]>();
  private readonly unidentified = new Set<Waiting>();
  private readonly touches = new Map<Waiting, ReadonlySet<Item>>();
  private readonly due = new Set<Waiting>();
  private items = 0;
  private repeatedItems = 0;

  constructor(settings: MatchSettings, forms: NumberForms) {
    this.settings = settings;
    this.forms = forms;
  }

  addCustomer(customer: CustomerFact): void {
    this.book.addCustomer(customer);
  }

  addRelation(relation: PayerRelation): void {
    this.book.addRelation(relation);
  }

  confirmAccount(confirmed: ConfirmedAccount): void {
    this.book.confirm(confirmed);
  }

  addClosed(number: ClosedNumber): void {
    this.directory.add(compactNumber(number.text), { customer: number.customer, field: number.field, item: undefined });
  }

  openItem(fact: ItemFact): void {
    const item = newItem(fact, this.forms);
    const pool = this.poolOf(fact.customer, fact.currency);
    this.repeatedItems -= pool.amounts.repeatedItems;
    pool.amounts.add(fact.amount);
    this.repeatedItems += pool.amounts.repeatedItems;
    this.items++;
    pool.open.add(item);
    this.itemsById.set(fact.id, item);
    this.amountEntry(fact.currency, fact.amount).push(item);
    for (const { text, field } of item.numbers) if (text.length >= shortestKnown) this.directory.add(text, { customer: fact.customer, field, item: fact.id });
    for (const waiting of pool.waiting) if (waiting.day >= item.documentDay) this.due.add(waiting);
  }

  /** A payment under a true name teaches its account, even before it is applied. */
  learnAccount(fact: PaymentFact): void {
    if (!this.book.learn(fact)) return;
    for (const waiting of this.unidentified) this.due.add(waiting);
  }

  arrive(fact: PaymentFact): void {
    const payment = newWaiting(fact);
    this.progress.set(fact, { payment, judgement: nothing, applied: undefined, allocations: [] });
    this.due.add(payment);
  }

  /** Looks at everything that is still open once more. */
  reconsider(): void {
    for (const { payment, applied } of this.progress.values()) if (!applied) this.due.add(payment);
  }

  /** Applies what can be applied, until nothing changes. */
  settle(): void {
    while (this.due.size > 0) {
      const round = [...this.due];
      this.due.clear();
      for (const payment of round) this.enlist(payment);
      const attempts = new Map<string, Attempt>();
      const found: Solution[] = [];
      for (const payment of round) {
        const judgement = this.consider(payment, attempts);
        this.progress.get(payment.fact)!.judgement = judgement;
        if (judgement.verdict === 'auto') found.push(judgement.best!);
      }
      for (const solution of withoutConflicts(found, this.settings.margin)) this.apply(solution);
    }
  }

  /** Puts a payment where others find it as a partner. */
  private enlist(payment: Waiting): void {
    const payer = this.book.identify(payment.fact);
    if (payer.customers.length === 0) {
      this.unidentified.add(payment);
      return;
    }
    this.unidentified.delete(payment);
    for (const customer of payer.customers) this.poolOf(customer, payment.currency).waiting.add(payment);
  }

  private consider(payment: Waiting, attempts: Map<string, Attempt>): Judgement {
    const payer = this.book.identify(payment.fact);
    const payable = [...new Set(payer.customers.flatMap((customer) => [customer, ...this.book.dependantsOf(customer)]))];
    const pools = payable.length > 0 ? payable.map((customer) => this.poolOf(customer, payment.currency)) : this.poolsOfUnknown(payment);
    const solutions: Solution[] = [];
    const touched = new Set<Item>();
    const attemptsHere: Attempt[] = [];
    let exhausted = false;
    for (const pool of pools) {
      const attempt = this.attempt(payment, pool, payer);
      for (const item of attempt.citations.of.keys()) touched.add(item);
      const solved = solve(attempt);
      exhausted ||= solved.exhausted;
      solutions.push(...solved.solutions);
      attemptsHere.push(attempt);
    }
    const alone = judge(solutions, exhausted, this.settings);
    const settlesAlone = alone.verdict === 'auto' && alone.best!.kind === 'full';
    if (payer.customers.length > 0 && !settlesAlone)
      for (const attempt of attemptsHere) solutions.push(...solveJointly(attempt, (other) => this.remembered(other, attempt.pool, attempts)));
    if (solutions.length === 0) solutions.push(...this.solveForOthers(payment, payer));
    for (const solution of solutions) for (const item of solution.items) touched.add(item);
    this.touches.set(payment, touched);
    const judgement = judge(solutions, exhausted, this.settings);
    return judgement.best ? judgement : { ...judgement, obstacles: [...judgement.obstacles, ...this.duplicateOf(payment, attemptsHere)] };
  }

  /** A known payer that cites somebody else's items: shown to a person, since nobody approved that it pays for them (CA-13). */
  private solveForOthers(payment: Waiting, payer: PayerAnswer): Solution[] {
    if (payer.customers.length === 0) return [];
    const pools = this.poolsOfUnknown(payment).filter((pool) => !payer.customers.includes(pool.customer));
    return pools.flatMap((pool) =>
      solve(this.attempt(payment, pool, { ...payer, certainty: 'not related', words: 'the payer is another customer, without an approved relation' })).solutions,
    );
  }

  /** The same invoice paid once more (CA-10). */
  private duplicateOf(payment: Waiting, attempts: readonly Attempt[]): string[] {
    const owners = attempts.flatMap(({ citations }) => citations.closed.flatMap((number) => number.owners));
    const paid = owners.map((owner) => this.itemsById.get(owner.item ?? '')).find((item) => item !== undefined && item.open === 0 && item.fact.amount === payment.amount);
    return paid ? [`DUPLICATE_PAYMENT: ${paid.numbers[0]?.text ?? 'the item'} was settled in this amount already`] : [];
  }

  private attempt(payment: Waiting, pool: Pool, payer: PayerAnswer): Attempt {
    return {
      payment,
      pool,
      payer,
      citations: citationsOf(payment, pool, this.forms, this.directory),
      forms: this.forms,
      settings: this.settings,
      usualRepeats: this.items === 0 ? 0 : this.repeatedItems / this.items,
    };
  }

  private remembered(payment: Waiting, pool: Pool, attempts: Map<string, Attempt>): Attempt {
    const key = `${payment.fact.id}\n${pool.customer}`;
    const known = attempts.get(key);
    if (known) return known;
    const attempt = this.attempt(payment, pool, this.book.identify(payment.fact));
    attempts.set(key, attempt);
    return attempt;
  }

  /** Customers whose numbers the memo spells out, or who owe exactly this amount. */
  private poolsOfUnknown(payment: Waiting): Pool[] {
    const { currency, amount } = payment;
    const items = this.directory
      .spelledOut(payment.memo, this.forms)
      .flatMap(({ owners }) => owners.map((owner) => this.itemsById.get(owner.item ?? '')))
      .filter((item) => item !== undefined);
    items.push(...this.amountEntry(currency, amount));
    const customers = [...new Set(items.filter((item) => item.open !== 0 && item.fact.currency === currency).map((item) => item.fact.customer))];
    return customers.length > mostPoolsOfUnknown ? [] : customers.map((customer) => this.poolOf(customer, currency));
  }

  /** Books a solution: payments in full, items down to their rest; conservation is checked here and nowhere else. */
  private apply(solution: Solution): void {
    this.allocate(solution);
    const paid = solution.payments.reduce((sum, payment) => sum + payment.amount, 0);
    const open = solution.items.reduce((sum, item) => sum + item.open, 0);
    if (solution.kind === 'part' ? paid > open : open - paid !== solution.difference) throw new RangeError('an allocation exceeds its receipt or item');
    for (const payment of solution.payments) {
      const progress = this.progress.get(payment.fact)!;
      progress.applied = solution;
      forget(payment);
      this.touches.delete(payment);
      this.due.delete(payment);
      this.unidentified.delete(payment);
      for (const customer of this.pools.get(payment.currency)?.values() ?? []) customer.waiting.delete(payment);
    }
    for (const item of solution.items) this.reduce(item, solution.kind === 'part' ? item.open - paid : 0);
  }

  /** What of each payment settles which item: never more than either holds (CA-14). */
  private allocate(solution: Solution): void {
    const open = new Map(solution.items.map((item) => [item, item.open]));
    for (const payment of solution.payments) {
      let left = payment.amount - solution.items.reduce((sum, item) => sum + Math.min(0, item.open), 0);
      const allocations = solution.items.map((item) => {
        const amount = Math.min(left, open.get(item)!);
        open.set(item, open.get(item)! - amount);
        left -= Math.max(0, amount);
        return { item: item.fact.id, amount };
      });
      this.progress.get(payment.fact)!.allocations = allocations;
    }
  }

  private reduce(item: Item, rest: number): void {
    const { customer, currency } = item.fact;
    const before = this.amountEntry(currency, item.open);
    before.splice(before.indexOf(item), 1);
    item.open = rest;
    const pool = this.poolOf(customer, currency);
    if (rest === 0) pool.open.delete(item);
    else this.amountEntry(currency, rest).push(item);
    const slack = this.settings.slack.get(currency) ?? 1;
    for (const waiting of pool.waiting) {
      const fits = rest !== 0 && Math.abs(rest - waiting.amount) <= slack;
      if (fits || this.touches.get(waiting)?.has(item)) this.due.add(waiting);
    }
  }

  private poolOf(customer: string, currency: string): Pool {
    let pools = this.pools.get(currency);
    if (!pools) this.pools.set(currency, (pools = new Map()));
    let pool = pools.get(customer);
    if (!pool) pools.set(customer, (pool = newPool(customer, currency)));
    return pool;
  }

  private amountEntry(currency: string, amount: number): Item[] {
    const key = `${currency} ${amount}`;
    let items = this.itemsByAmount.get(key);
    if (!items) this.itemsByAmount.set(key, (items = []));
    return items;
  }
}
