import { addBusinessDays } from '../../calendar/business-days.ts';
import { settlementCalendar, type SettlementSystem } from '../../calendar/settlement.ts';
import type { PaymentStatusReport } from '../../model/bank-message.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { StatusLevel } from './bank-status.ts';

export interface ReportedStatus {
  endToEndId: string;
  level: StatusLevel;
  status: string;
  reasonCode?: string;
  reasonText?: string;
  bankReference?: string;
}

/** What a report says of our instructions; `strangers` are ids that we do not know: they are kept and matched later. */
export interface ReadReport {
  statuses: ReportedStatus[];
  strangers: ReportedStatus[];
}

/**
 * The status of each instruction of the file that the report is about: its own, else that of its batch, else that of the
 * whole file. A rejection of the file that names single transfers too speaks of those alone where they have a status.
 */
export function statusesOf(report: PaymentStatusReport, instructions: readonly { endToEndId: string; paymentInformationId: string }[]): ReadReport {
  const own = new Map(report.transfers.map((transfer) => [transfer.endToEndId, transfer]));
  const batches = new Map(report.batches.map((batch) => [batch.paymentInformationId, batch]));
  const known = new Set(instructions.map(({ endToEndId }) => endToEndId));
  const statuses = instructions.flatMap(({ endToEndId, paymentInformationId }): ReportedStatus[] => {
    const transfer = own.get(endToEndId);
    if (transfer) return [{ endToEndId, level: 'transfer', ...stated(transfer) }];
    const batch = batches.get(paymentInformationId);
    if (batch) return [{ endToEndId, level: 'batch', ...stated(batch) }];
    return report.groupStatus === undefined ? [] : [{ endToEndId, level: 'group', ...stated({ ...report, status: report.groupStatus }) }];
  });
  const strangers = report.transfers.filter(({ endToEndId }) => !known.has(endToEndId)).map((transfer): ReportedStatus => ({ endToEndId: transfer.endToEndId, level: 'transfer', ...stated(transfer) }));
  return { statuses, strangers };
}

/** The last day on which a status that came on `receivedOn` may still be without a payment; afterwards it is a case (P8). */
export function waitsUntil(receivedOn: PlainDate, system: SettlementSystem, businessDays: number): PlainDate {
  return addBusinessDays(settlementCalendar(system, receivedOn), receivedOn, businessDays);
}

function stated(from: { status: string; reasonCode?: string | undefined; reasonText?: string | undefined; bankReference?: string | undefined }): Omit<ReportedStatus, 'endToEndId' | 'level'> {
  return {
    status: from.status,
    ...(from.reasonCode === undefined ? {} : { reasonCode: from.reasonCode }),
    ...(from.reasonText === undefined ? {} : { reasonText: from.reasonText }),
    ...(from.bankReference === undefined ? {} : { bankReference: from.bankReference }),
  };
}
