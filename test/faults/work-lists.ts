import { sql } from '../../db/client.ts';
import type { House } from '../support/house.ts';

/**
 * I6 of what people are asked and what cases hold: nobody is asked about what has ended, what ended without effect holds nothing, and a question is the same one
 * in the lists and in the case that shows it. One statement, so that all of it is of one moment.
 */
export async function workListsAgree({ db }: Pick<House, 'db'>): Promise<string[]> {
  const found = await sql<{ complaint: string }>(db, [openTasksOfEnded, openExceptionsOfEnded, reservationsOfEnded, paymentsOfEnded, awaitedAndNotAsked, askedAndNotAwaited].join(' union all '));
  return found.map(({ complaint }) => `I6: ${complaint}`).sort();
}

const openTasksOfEnded = `
  select format('task %s is open and its case has ended as %s', t.id, c.state) as complaint from tasks t join cases c on c.id = t.case_id where t.state = 'open' and c.closed_at is not null`;

/**
 * A document takes its questions along, except what the daily comparison finds of it, which is about its money. What a payment run leaves behind is mostly about the bank,
 * a payee or the next run; only the silence and the doubt that the bank has ended, and a step that went through, are no question any more.
 */
const openExceptionsOfEnded = `
  select format('exception %s (%s) is open and its case has ended as %s', e.id, e.code, c.state) from exceptions e join cases c on c.id = e.case_id
   where e.state = 'open' and c.closed_at is not null
     and case c.process when 'ap-invoice' then e.source ->> 'channel' is distinct from 'reconciliation'
         else (e.code = 'bank-silent' and c.state <> 'cancelled') or e.code = 'repeat-refused' or starts_with(e.id, c.id || '-p-') end`;

const reservationsOfEnded = `
  select format('%s has ended as %s and holds %s of %s/%s', c.id, c.state, r.quantity, r.order_number, r.order_line) from reservations r join cases c on c.id = r.case_id
   where r.state <> 'released' and c.state in ('rejected', 'duplicate', 'withdrawn')`;

/** Not sent, and not free for the next run either. */
const paymentsOfEnded = `
  select format('run %s has ended as %s and keeps %s %s', c.id, c.state, p.id, p.state) from cases c
    join (select run_id, state, case_id as id from payment_items union all select run_id, state, end_to_end_id from payment_instructions) p on p.run_id = c.id
   where c.closed_at is not null and p.state in ('proposed', 'approved', 'filed')`;

const awaitedAndNotAsked = `
  select format('%s awaits the %s, and nobody is asked (task %s)', c.id, a ->> 'what', a ->> 'id') from cases c cross join jsonb_array_elements(c.progress -> 'awaiting') a
   where a ->> 'what' ~ '^(approval|release) ' and not exists (select from tasks t where t.id = a ->> 'id' and t.case_id = c.id and t.state = 'open')`;

const askedAndNotAwaited = `
  select format('task %s is open and its case (%s) does not await it', t.id, c.stage) from tasks t join cases c on c.id = t.case_id
   where t.state = 'open' and c.closed_at is null and not exists (select from jsonb_array_elements(c.progress -> 'awaiting') a where a ->> 'id' = t.id)`;
