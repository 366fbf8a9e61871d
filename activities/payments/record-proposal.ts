import { createHash } from 'node:crypto';
import { inTransaction, type Trx } from '../../db/client.ts';
import { openTasks } from '../../db/repositories/approvals.ts';
import { readFacts } from '../../db/repositories/assessments.ts';
import { lockCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { accountChanged, confirmedAccounts, holdsOf, noteAccountChange, openPayables, paidAccounts, paymentsSince, placeHold, type OpenPayable } from '../../db/repositories/payables.ts';
import { exclusionsOf, readRun, saveExclusions, saveRunTotals, type PaymentRun } from '../../db/repositories/payment-runs.ts';
import { addInstructions, claimItems, type NewInstruction } from '../../db/repositories/payments.ts';
import { activePolicy } from '../../db/repositories/policies.ts';
import { lockKeys } from '../../db/locks.ts';
import { addDays } from '../../domain/calendar/plain-date.ts';
import { localDate } from '../../domain/calendar/business-hours.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { HeldInErp, Payable, PayeeVerification, PaymentProposal, ProposedInstruction, ProposedItem } from '../../domain/model/payment.ts';
import type { Supplier } from '../../domain/model/supplier.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { describeMoney, isZeroMoney, sumMoney } from '../../domain/rules/money.ts';
import { differenceFromErp } from '../../domain/rules/payments/reconcile.ts';
import { earliestExecution } from '../../domain/rules/payments/execution.ts';
import { endToEndIdOf } from '../../domain/rules/payments/identifiers.ts';
import { verificationOf } from '../../domain/rules/payments/changed-accounts.ts';
import { accountKey } from '../../domain/rules/payments/payee-account.ts';
import { proposePayments, type PaymentFacts } from '../../domain/rules/payments/propose.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { recordTransitions } from '../transitions.ts';
import type { ProposalAnswer, RunRef } from './commands.ts';
import { contentOf } from './content.ts';
import { payeeFactsSchema, payeeOf } from './gather-payables.ts';
import type { PaymentParts } from './parts.ts';
import { openDifference } from './reconcile-payments.ts';
import { cutOffAt, cutOffOf, decisionDueAt, payerAccountOf, paymentSettings, untilCutOff, type PaymentSettings } from './settings.ts';
import { askForVerification } from './unverified-accounts.ts';

/** Rows that one statement writes; the transaction shows that it goes on after each. */
const pageSize = 1_000;

interface Proposing {
  company: LegalEntity;
  current: CaseWithProgress;
  run: PaymentRun;
  settings: PaymentSettings;
  taxVersion: string;
  proposal: PaymentProposal;
  at: string;
  beat: () => void;
}

/**
 * Decides what the run pays, in one transaction and one company at a time: reads what is open, evaluates the pure rules, claims
 * every item at its payment revision (P7, D11) and asks the approver. A dry run shows the same and holds nothing.
 */
export async function recordProposal(parts: PaymentParts, command: RunRef & { factsId: string; dryRun: boolean }, beat: () => void): Promise<ProposalAnswer> {
  const { suppliers, rates, verifications, heldInErp } = payeeFactsSchema.parse(requiredOf(await readFacts(parts.db, command.factsId), 'snapshot', command.factsId).facts);
  return inTransaction(parts.db, async (trx) => {
    await lockKeys(trx, [`payment-proposal/${command.entity}`]);
    const current = requiredOf(await lockCase(trx, command.caseId), 'case', command.caseId);
    const run = requiredOf(await readRun(trx, command.caseId), 'payment run', command.caseId);
    const company = await requiredEntity(trx, command.entity);
    const now = parts.now();
    const settings = await paymentSettings(trx, company, now);
    const known = { company, current, run, settings, at: now.toISOString() };
    if (run.contentHash) return repeated(known, (await exclusionsOf(trx, run.runId)).length);
    const { policy } = settings;
    const payables = await payablesOf(trx, company, settings, await openPayables(trx, command.entity), suppliers, heldInErp);
    const tax = await activePolicy(trx, 'tax', company.policies.tax, settings.today);
    beat();
    const facts: PaymentFacts = {
      entity: { id: company.id, currency: company.currency, country: company.country },
      runDate: run.runDate,
      nextRunDate: run.nextRunDate,
      earliestExecution: earliestExecution(cutOffOf(settings, payerAccountOf(company, run.payerAccount)), now.toISOString()),
      payerAccount: payerAccountOf(company, run.payerAccount),
      policy,
      withholding: tax.content.withholding,
      payables,
      holds: await holdsOf(trx, command.entity),
      earlier: await paymentsSince(trx, command.entity, addDays(run.runDate, -policy.content.duplicateWindowDays)),
      paidTo: await paidAccounts(trx, command.entity),
      confirmedAccounts: await confirmedAccounts(trx, command.entity),
      rates,
      verifications,
      today: settings.today,
    };
    const proposal = proposeFrom(company, facts);
    if (!run.dryRun) {
      await holdChangedAccounts(trx, command.entity, payables, proposal, verifications);
      await openErpDifferences(parts, trx, command.entity, payables, now.toISOString());
      await askForVerification(trx, { company, runId: run.runId, settings, at: now.toISOString() }, payables);
    }
    beat();
    return record(trx, { ...known, taxVersion: tax.version, proposal, beat });
  });
}

/**
 * A run pays what is due in the currency of its account, and in currencies in which the company has no account, as far as the policy
 * names a way to pay them. What is due in the currency of another account waits for a run from that one.
 */
function proposeFrom(company: LegalEntity, facts: PaymentFacts): PaymentProposal {
  const { currency } = facts.payerAccount;
  const elsewhere = new Set((company.bank?.accounts ?? []).map((account) => account.currency).filter((other) => other !== currency));
  const proposal = proposePayments({ ...facts, payables: facts.payables.filter(({ open }) => !elsewhere.has(open.currency)) });
  const others = facts.payables.filter(({ open }) => elsewhere.has(open.currency));
  const excluded = others.map(({ caseId, open }) => ({ caseId, code: 'other-currency', rule: 'P5', message: `The document is in ${open.currency}; it is paid from the account in that currency.` }));
  return { ...proposal, excluded: [...proposal.excluded, ...excluded] };
}

/** Our record of the document with the supplier as the ERP has it now: a changed account takes the approval away (A8). */
async function payablesOf(trx: Trx, company: LegalEntity, settings: PaymentSettings, open: OpenPayable[], suppliers: Supplier[], heldInErp: ReadonlyMap<string, HeldInErp>): Promise<Payable[]> {
  const bySupplier = new Map(suppliers.map((supplier) => [supplier.id, supplier]));
  const { termsFrom } = (await activePolicy(trx, 'posting', company.policies.posting, settings.today)).content;
  return open.map((item): Payable => {
    const payee = payeeOf(item, bySupplier, company);
    const earner = bySupplier.get(item.supplierId);
    const inErp = heldInErp.get(item.caseId);
    const sameAccount = item.payee?.account === undefined || payee.account?.version === item.payee.account.version;
    return {
      caseId: item.caseId,
      entity: item.entity,
      revision: item.revision,
      supplierId: item.supplierId,
      ...(earner ? { supplier: { country: earner.country, category: earner.category } } : {}),
      class: item.class,
      documentNumber: item.documentNumber,
      issueDate: item.issueDate,
      dueDate: item.dueDate,
      baselineDate: termsFrom === 'issue-date' ? item.issueDate : localDate(settings.calendar.content, item.receivedAt),
      gross: item.gross,
      net: item.net,
      open: item.open,
      discounts: item.discounts,
      postedAs: item.postedAs,
      approved: item.current && sameAccount,
      ...(inErp ? { inErp } : {}),
      blocked: item.onHold,
      payee,
      ...(item.remittance ? { remittance: item.remittance } : {}),
      ...(item.meansCode ? { meansCode: item.meansCode } : {}),
      separate: false,
      ...(item.inRun ? { inRun: item.inRun } : {}),
    };
  });
}

/** A person lifts it after a call-back, and says so in the reason (P9). */
async function holdChangedAccounts(trx: Trx, entity: string, payables: readonly Payable[], { excluded }: PaymentProposal, verifications: readonly PayeeVerification[]): Promise<void> {
  const unconfirmed = new Set(excluded.filter(({ code }) => code === 'account-unconfirmed').map(({ caseId }) => caseId));
  for (const { caseId, payee } of payables) {
    if (!unconfirmed.has(caseId) || !payee.account) continue;
    const { id, version, changedBy } = payee.account;
    const holdId = `${entity}-hold-${payee.supplierId}-${id}-v${version}`;
    await placeHold(trx, { id: holdId, entity, subject: 'bank-account', subjectId: `${payee.supplierId}/${id}`, reason: `${accountChanged}${version}`, setBy: 'system:rules' });
    const { result: verification, name } = verificationOf(verifications, payee.supplierId, payee.account);
    await noteAccountChange(trx, holdId, { changedBy, verification, name });
  }
}

/** The cases that the daily comparison would open; it closes them when the differences are gone. */
async function openErpDifferences(parts: PaymentParts, trx: Trx, entity: string, payables: readonly Payable[], at: string): Promise<void> {
  const differences = payables.flatMap(({ caseId, open, blocked, inErp }) => (inErp && differenceFromErp({ caseId, open, blocked }, inErp)) ?? []);
  if (differences.length === 0) return;
  const dueAt = await technicalDueAt(parts, entity, at);
  for (const difference of differences) await openDifference(trx, entity, difference, dueAt);
}

async function record(trx: Trx, proposing: Proposing): Promise<ProposalAnswer> {
  const { company, current, run, proposal, settings, at, beat } = proposing;
  const state = run.dryRun ? 'removed' : 'proposed';
  const itemOf = new Map(proposal.items.map((item) => [item.caseId, item]));
  const instructions = proposal.instructions.map((instruction): NewInstruction => ({ instruction, accountKey: accountKey(instruction.account), endToEndId: endToEndOf(itemOf, instruction) }));
  const idOf = new Map(instructions.flatMap(({ endToEndId, instruction }) => instruction.items.map((caseId) => [caseId, endToEndId])));
  const items = proposal.items.map((item) => ({ ...item, endToEndId: idOf.get(item.caseId) ?? '' }));
  for (let start = 0; start < items.length; start += pageSize) {
    const page = items.slice(start, start + pageSize);
    const claimed = await claimItems(trx, company.id, run.runId, page, state);
    if (claimed.length < page.length) throw new Error(`run ${run.runId}: ${page.length - claimed.length} documents were taken by another run meanwhile`);
    beat();
  }
  for (let start = 0; start < instructions.length; start += pageSize) {
    await addInstructions(trx, company.id, run.runId, instructions.slice(start, start + pageSize), state);
    beat();
  }
  await saveExclusions(trx, company.id, run.runId, proposal.excluded);

  const { total } = proposal;
  const contentHash = run.dryRun ? 'dry-run' : (await contentOf(trx, run, total.currency)).contentHash;
  const executionDate = proposal.instructions[0]?.executionDate;
  await saveRunTotals(trx, run.runId, { items: items.length, instructions: instructions.length, total, discount: proposal.discountTaken, withheld: proposal.withheld, policyVersion: settings.policy.version, contentHash, ...(executionDate ? { executionDate } : {}) });
  const policyVersions = { payments: settings.policy.version, calendar: settings.calendar.version, tax: proposing.taxVersion };
  const proposed: Transition = { kind: 'proposed', at, contentHash, items: items.length, instructions: instructions.length, excluded: proposal.excluded.length, total, policyVersions };
  if (instructions.length === 0 || run.dryRun) {
    await recordTransitions(trx, current, [proposed], { actor: 'system:rules', policyVersions, change: { payable: total } });
    return { outcome: instructions.length === 0 ? 'empty' : 'proposed', contentHash, transitions: [proposed] };
  }
  const account = payerAccountOf(company, run.payerAccount);
  const day = executionDate ?? run.runDate;
  const dueAt = decisionDueAt(settings, at, account, day);
  const task = approvalTask(proposing, contentHash, dueAt);
  await openTasks(trx, [task]);
  const awaiting: Transition = { kind: 'awaiting', at, stage: 'approval', awaiting: [{ what: 'approval of the payment run', subject: task.id, role: task.candidateRole, since: at, dueAt }] };
  await recordTransitions(trx, current, [proposed, awaiting], { actor: 'system:rules', decisionHash: contentHash, policyVersions, change: { payable: total, documentHash: contentHash, ...(executionDate ? { dueDate: executionDate } : {}) } });
  return { outcome: 'proposed', contentHash, nextDeadline: dueAt, cutOffAt: cutOffAt(settings, account, day), transitions: [proposed, awaiting] };
}

function endToEndOf(items: ReadonlyMap<string, ProposedItem>, instruction: ProposedInstruction): string {
  return endToEndIdOf(instruction.items.map((caseId) => requiredOf(items.get(caseId), 'item', caseId)), (text) => createHash('sha256').update(text).digest());
}

function approvalTask({ current, settings, proposal, run }: Proposing, contentHash: string, dueAt: string) {
  const { total, instructions, discountTaken, withheld } = proposal;
  const executionDate = instructions[0]?.executionDate ?? run.runDate;
  const alike = instructions.filter(({ possibleDuplicates }) => possibleDuplicates.length > 0).length;
  return {
    id: `${run.runId}-t-${contentHash.slice(0, 8)}-approve`,
    entity: run.entity,
    case: run.runId,
    workflowId: current.case.workflowId,
    kind: 'approve-payment-run',
    step: 'approve',
    candidateRole: settings.policy.content.roles.approve,
    candidatePersons: [],
    dueAt,
    why: `Payment runs of ${run.entity} are approved by a ${settings.policy.content.roles.approve} who neither proposed nor edited them (P6). ${untilCutOff(settings, executionDate)}${alike > 0 ? ` ${alike} payments look like payments of other runs (P12): compare them first.` : ''}`,
    ruleId: 'P6',
    policyVersion: settings.policy.version,
    title: `Pay ${describePaid(proposal)} in ${instructions.length} transfers for ${proposal.items.length} documents on ${executionDate}, ${describeMoney(discountTaken)} discount taken${isZeroMoney(withheld) ? '' : `, ${describeMoney(withheld)} tax withheld`}`,
    amount: total,
    documentHash: contentHash,
    decisionHash: contentHash,
    documentVersion: 1,
  };
}

/** `120.00 EUR`, or `1 000.00 USD and 120.00 EUR, together 982.50 EUR`: no amount is hidden in a sum. */
function describePaid({ instructions, total }: PaymentProposal): string {
  const currencies = [...new Set(instructions.map(({ amount }) => amount.currency))].sort();
  const sums = currencies.map((currency) => describeMoney(sumMoney(currency, instructions.flatMap(({ amount }) => (amount.currency === currency ? [amount] : [])))));
  return currencies.every((currency) => currency === total.currency) ? describeMoney(total) : `${sums.join(' and ')}, together ${describeMoney(total)},`;
}

/** The answer was lost after the commit: the same steps are told again from what was kept. */
function repeated({ company, current: { progress }, run, settings, at }: Pick<Proposing, 'company' | 'current' | 'run' | 'settings' | 'at'>, excluded: number): ProposalAnswer {
  const total = { currency: run.currency ?? 'EUR', minor: run.totalMinor ?? '0' };
  const contentHash = run.contentHash ?? '';
  const transitions: Transition[] = [{ kind: 'proposed', at, contentHash, items: run.items, instructions: run.instructions, excluded, total, policyVersions: progress.policyVersions }];
  const [awaited] = progress.awaiting;
  if (awaited) transitions.push({ kind: 'awaiting', at, stage: 'approval', awaiting: progress.awaiting.map(({ id, ...entry }) => ({ subject: id, ...entry })) });
  return { outcome: run.instructions === 0 ? 'empty' : 'proposed', contentHash, transitions, ...(awaited?.dueAt ? { nextDeadline: awaited.dueAt } : {}), ...(awaited ? { cutOffAt: cutOffAt(settings, payerAccountOf(company, run.payerAccount), run.executionDate ?? run.runDate) } : {}) };
}
