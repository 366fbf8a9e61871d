/**
 * One look at a company's bank: new messages are taken into the records, payments that they confirm are booked in the ERP and
 * returned ones taken back. Started by a schedule (`sched/bank-messages/{entity}`); a webhook may trigger it earlier. Nobody decides here.
 */
import { workflowInfo } from '@temporalio/workflow';
import type { BookedPage } from '../../activities/payments/commands.ts';
import type { CompanyInput } from '../contracts/payment-run.ts';
import { bookPayments, takeBankMessages } from '../parts/payment-proxies.ts';

/** Bookings that the ERP refuses or is slow with may not keep the bank from being heard: the next look goes on where this one ends. */
const bookingMs = 2 * 60_000;

/** `after`: where bookings wait that this look had no time for. */
interface Look extends Pick<BookedPage, 'after'> {
  taken: number;
  booked: number;
}

export async function bankMessages({ entity }: CompanyInput): Promise<Look> {
  const { taken, toBook } = await takeBankMessages({ entity });
  const until = Date.now() + bookingMs;
  let booked = 0;
  let page: Pick<BookedPage, 'more' | 'after'> = { ...lookBefore(), more: toBook };
  while (page.more && Date.now() < until) {
    const next = await bookPayments({ entity, ...(page.after ? { after: page.after } : {}) });
    booked += next.booked;
    page = next;
  }
  return { taken, booked, ...(page.more && page.after ? { after: page.after } : {}) };
}

/** Of the schedule; a look by hand begins with the oldest. */
function lookBefore(): Pick<BookedPage, 'after'> {
  const { after } = (workflowInfo().lastResult ?? {}) as Partial<Look>;
  return after ? { after } : {};
}
