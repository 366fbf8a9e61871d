/**
 * One look at a company's bank: new messages are taken into the records, payments that they confirm are booked in the ERP and
 * returned ones taken back. Started by a schedule (`sched/bank-messages/{entity}`); a webhook may trigger it earlier. Nobody decides here.
 */
import type { CompanyInput } from '../contracts/payment-run.ts';
import { bookPayments, takeBankMessages } from '../parts/payment-proxies.ts';

export async function bankMessages({ entity }: CompanyInput): Promise<{ taken: number; booked: number }> {
  const { taken, toBook } = await takeBankMessages({ entity });
  let booked = 0;
  for (let more = toBook; more; ) {
    const page = await bookPayments({ entity });
    booked += page.booked;
    more = page.more;
  }
  return { taken, booked };
}
