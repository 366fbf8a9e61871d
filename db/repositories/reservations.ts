import type { ReservationRequest } from '../../domain/model/assessment.ts';
import type { Reservation } from '../../domain/model/invoice-facts.ts';
import { sql, type Db, type Trx } from '../client.ts';

export type OrderLine = Pick<Reservation, 'orderNumber' | 'orderLine'>;

/** Names of the locks on order lines: take them with `lockKeys` before `reservationsOf` and `holdReservations` (M9). */
export function orderLineLockKeys(entity: string, lines: readonly OrderLine[]): string[] {
  return lines.map((line) => `order-line/${entity}/${line.orderNumber}/${line.orderLine}`);
}

/** All live reservations on these orders' lines, those of every case: what Qp adds to the ERP's own figures. */
export async function reservationsOf(db: Db, entity: string, orderNumbers: readonly string[]): Promise<Reservation[]> {
  const rows = await sql<{ caseId: string; orderNumber: string; orderLine: string; quantity: string; currency: string; value_minor: string; state: Reservation['state']; external_reference: string | null }>(
    db,
    `select case_id as "caseId", order_number as "orderNumber", order_line as "orderLine", quantity, currency, value_minor, state, external_reference
       from reservations where entity = :entity and order_number = any (:orderNumbers::text[]) and state <> 'released'
      order by order_number, order_line, case_id`,
    { entity, orderNumbers },
    'reservations-of',
  );
  return rows.map(({ currency, value_minor, external_reference, ...row }) => ({
    ...row,
    value: { currency, minor: value_minor },
    ...(external_reference === null ? {} : { externalReference: external_reference }),
  }));
}

/**
 * Makes the case hold exactly these lines: what it held beside them is released, what was posted stays untouched. Answers the lines of
 * which it holds less than before. Call it under the lines' locks and after the rule has seen `reservationsOf` in the same transaction.
 */
export async function holdReservations(trx: Trx, entity: string, caseId: string, lines: readonly ReservationRequest[]): Promise<OrderLine[]> {
  return sql<OrderLine>(
    trx,
    `with wanted as (
       select * from unnest(:orders::text[], :lines::text[], :quantities::numeric[], :currencies::text[], :values::numeric[]) as w (order_number, order_line, quantity, currency, value_minor)
     ), before as (
       select order_number, order_line, quantity, value_minor from reservations where case_id = :caseId and state = 'pending'
     ), dropped as (
       update reservations r set state = 'released', updated_at = clock_timestamp()
        where r.case_id = :caseId and r.state = 'pending'
          and not exists (select from wanted w where w.order_number = r.order_number and w.order_line = r.order_line)
     ), taken as (
       insert into reservations as held (entity, case_id, order_number, order_line, quantity, currency, value_minor, state)
       select :entity, :caseId, order_number, order_line, quantity, currency, value_minor, 'pending' from wanted order by order_number, order_line
       on conflict (case_id, order_number, order_line) where state <> 'released'
       do update set quantity = excluded.quantity, currency = excluded.currency, value_minor = excluded.value_minor, updated_at = clock_timestamp()
          where held.state = 'pending'
     )
     select b.order_number as "orderNumber", b.order_line as "orderLine" from before b left join wanted w using (order_number, order_line)
      where w.quantity is null or w.quantity < b.quantity or w.value_minor < b.value_minor order by 1, 2`,
    {
      entity,
      caseId,
      orders: lines.map((line) => line.orderNumber),
      lines: lines.map((line) => line.orderLine),
      quantities: lines.map((line) => line.quantity),
      currencies: lines.map((line) => line.value.currency),
      values: lines.map((line) => line.value.minor),
    },
    'reservations-hold',
  );
}

/** With the ERP's answer, in the transaction that records it. */
export async function markReservationsPosted(trx: Trx, caseId: string, externalReference: string): Promise<void> {
  await sql(
    trx,
    `update reservations set state = 'posted', external_reference = :externalReference, updated_at = clock_timestamp() where case_id = :caseId and state = 'pending'`,
    { caseId, externalReference },
    'reservations-posted',
  );
}

/** On rejection or withdrawal before posting, or with the ERP's confirmation of a reversal; nothing else ends a reservation. Answers the lines that are free again. */
export async function releaseReservations(trx: Trx, caseId: string, which: 'pending' | 'confirmed-reversal'): Promise<OrderLine[]> {
  return sql<OrderLine>(
    trx,
    `update reservations set state = 'released', updated_at = clock_timestamp()
      where case_id = :caseId and (state = 'pending' or (state = 'posted' and :which = 'confirmed-reversal'))
      returning order_number as "orderNumber", order_line as "orderLine"`,
    { caseId, which },
  );
}
