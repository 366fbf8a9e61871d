import { DBOS } from '@dbos-inc/dbos-sdk';
import type { AssessmentAnswer, CaseRef, DecisionAnswer, DecisionKind } from '../../../activities/accounts-payable/commands.ts';
import { effectKey, supplierDocumentKey } from '../../../domain/rules/posting-key.ts';
import { invoiceToPayProcess, type InvoiceToPayInput, type InvoiceToPayOutcome } from '../../../workflows/contracts/invoice-to-pay.ts';
import type { Steps } from './steps.ts';

/** What people and the outside tell a running process. */
export type News = { kind: DecisionKind; decisionId: string; answerAs: string } | { kind: 'goodsReceived' } | { kind: 'paymentStatus'; eventId: string };
export const topic = 'news';

/** How a decision was taken: an event of the workflow under the id that its sender gave it. */
export type Heard = { decisionId: string; effect: string } | { refused: { code: string; message: string } };

/** Invoice to pay as one durable function: its steps in order, messages where it waits. */
export function invoiceToPayOn(steps: () => Steps): (input: InvoiceToPayInput) => Promise<InvoiceToPayOutcome> {
  return async (input) => {
    const invoice = new InvoiceCase(steps(), input);
    while (!invoice.ending) await invoice.advance();
    return invoice.close(invoice.ending);
  };
}

/** Without a deadline of its own a wait is looked at again after a month. */
const longestWaitSeconds = 30 * 86_400;
const parkedSeconds = 3_600;

class InvoiceCase {
  ending: InvoiceToPayOutcome | undefined;
  private readonly ref: CaseRef;
  private readonly steps: Steps;
  private changed = false;
  private corrected = false;
  private paymentNews = false;
  private paymentDeadline: string | undefined;
  private postingNumber = 1;
  private posted: { key: string; reference: string } | undefined;

  constructor(steps: Steps, { entity, caseId, correlationId }: InvoiceToPayInput) {
    this.steps = steps;
    this.ref = { entity, caseId, correlationId };
  }

  /** Judges the document and does what the judgement asks for. */
  async advance(): Promise<void> {
    this.changed = this.corrected = false;
    const assessment = await this.parkable('assessInvoice', async () => this.steps.recordAssessment({ ...this.ref, ...(await this.steps.gatherInvoiceFacts(this.ref)) }));
    if (assessment.posted && !this.posted) this.posted = assessment.posted;
    switch (assessment.disposition) {
      case 'duplicate':
        this.ending = { state: 'duplicate', of: assessment.duplicateOf ?? '' };
        return;
      case 'exception':
      case 'awaiting-receipt':
      case 'needs-approval':
        return this.until(() => this.changed, assessment.nextDeadline);
      case 'ready-to-post':
        return this.post(assessment);
      case 'ready-to-release':
        return this.release(assessment);
      case 'posted':
        return this.awaitPayment(assessment);
    }
  }

  async close(ending: InvoiceToPayOutcome): Promise<InvoiceToPayOutcome> {
    if (ending.state === 'rejected' || ending.state === 'withdrawn') await this.reverse(ending.state);
    const reference = 'reference' in ending ? ending.reference : ending.state === 'duplicate' ? ending.of : undefined;
    await this.parkable('closeCase', () => this.steps.recordEnd({ ...this.ref, state: ending.state, ...(reference ? { reference } : {}) }));
    return ending;
  }

  private async post(assessment: AssessmentAnswer): Promise<void> {
    const key = effectKey(invoiceToPayProcess, supplierDocumentKey({ entity: this.ref.entity, ...assessment }), 'post', this.postingNumber);
    const answer = await this.parkable('postToErp', () => this.steps.postSupplierInvoice({ ...this.ref, assessmentId: assessment.assessmentId, key }));
    if (answer.outcome === 'stale') return;
    if (answer.outcome === 'refused') return this.until(() => this.changed, answer.nextDeadline);
    this.posted = { key, reference: answer.reference ?? '' };
    if (!answer.blockOutstanding) await this.awaitPayment(assessment);
  }

  private async release(assessment: AssessmentAnswer): Promise<void> {
    const { posted } = this;
    if (!posted) return;
    const answer = await this.parkable('releaseForPayment', () => this.steps.releaseSupplierInvoice({ ...this.ref, assessmentId: assessment.assessmentId, postingKey: posted.key, key: `${posted.key}:release` }));
    if (answer.outcome === 'refused') return this.until(() => this.changed, answer.nextDeadline);
    if (answer.outcome === 'posted') await this.awaitPayment(assessment);
  }

  private async awaitPayment(assessment: AssessmentAnswer): Promise<void> {
    const reference = this.posted?.reference ?? '';
    if (assessment.class === 'credit-note') this.ending = { state: 'credited', reference };
    else if (assessment.payable.minor === '0') this.ending = { state: 'paid', settlement: 'nothing-to-pay', reference };
    while (!this.ending && !this.corrected) {
      this.paymentNews = false;
      await this.until(() => this.corrected || this.paymentNews, this.paymentDeadline);
    }
    if (!this.ending) await this.reverse('corrected');
  }

  private async reverse(reason: string): Promise<void> {
    const { posted } = this;
    if (!posted) return;
    await this.parkable('reverseInErp', () => this.steps.reverseSupplierInvoice({ ...this.ref, postingKey: posted.key, key: `${posted.key}:reverse`, reason }));
    this.posted = undefined;
    this.postingNumber += 1;
  }

  /** Hears news until `done` or the end; meanwhile reminds and escalates each time a deadline passes (A7). */
  private async until(done: () => boolean, firstDeadline?: string): Promise<void> {
    let deadline = firstDeadline;
    while (!done() && !this.ending) {
      const seconds = deadline === undefined ? longestWaitSeconds : Math.max(1, Math.ceil((Date.parse(deadline) - (await DBOS.now())) / 1000));
      const news = await DBOS.recv<News>(topic, seconds);
      if (news) await this.hear(news);
      else if (deadline !== undefined) deadline = (await this.steps.recordEscalation(this.ref)).nextDeadline;
    }
  }

  private async hear(news: News): Promise<void> {
    switch (news.kind) {
      case 'goodsReceived':
        this.changed = true;
        return;
      case 'paymentStatus':
        return this.hearPayment(news.eventId);
      default: {
        const answer = await this.steps.verifyAndRecordDecision({ ...this.ref, kind: news.kind, decisionId: news.decisionId });
        if (answer.accepted) this.heed(answer);
        await DBOS.setEvent<Heard>(news.answerAs, answer.accepted ? { decisionId: news.decisionId, effect: answer.effect } : { refused: { code: answer.code, message: answer.message } });
      }
    }
  }

  private heed(decision: Extract<DecisionAnswer, { accepted: true }>): void {
    switch (decision.effect) {
      case 'recorded':
        return;
      case 'complete':
      case 'corrected':
      case 'resumed':
        this.changed = this.paymentNews = true;
        this.paymentDeadline = undefined;
        if (decision.effect === 'corrected') this.corrected = true;
        return;
      case 'rejected':
        this.ending = { state: 'rejected', reasonCode: decision.reasonCode ?? 'OTH' };
        return;
      case 'withdrawn':
        this.ending = { state: 'withdrawn' };
        return;
      case 'duplicate':
        this.ending = { state: 'duplicate', of: decision.duplicateOf ?? '' };
    }
  }

  private async hearPayment(eventId: string): Promise<void> {
    const answer = await this.parkable('recordPayment', () => this.steps.recordPaymentEvent({ ...this.ref, eventId }));
    this.paymentNews = true;
    if (answer.nextDeadline) this.paymentDeadline = answer.nextDeadline;
    if (answer.settledBy) this.ending ??= { state: 'paid', settlement: 'bank-confirmed', reference: answer.settledBy };
    if (answer.creditedBy) this.ending ??= { state: 'credited', reference: answer.creditedBy };
  }

  /** A step that still fails after its retries parks the case with an owner; it goes on when resumed, or by itself after a while. */
  private async parkable<Result>(step: string, run: () => Promise<Result>): Promise<Result> {
    for (let parked = false; ; parked = true) {
      try {
        const result = await run();
        if (parked) await this.steps.recordResumed({ ...this.ref, step });
        return result;
      } catch (error) {
        await this.steps.recordParked({ ...this.ref, step, code: 'counterpart-unavailable', message: error instanceof Error ? error.name : 'no answer in time' });
        const news = await DBOS.recv<News>(topic, parkedSeconds);
        if (news) await this.hear(news);
      }
    }
  }
}
