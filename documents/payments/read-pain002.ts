import { KontorError } from '../../domain/errors.ts';
import type { PaymentStatusReport, TransferStatus } from '../../domain/model/bank-message.ts';
import { all, first, placeUnder, type XmlNode } from '../xml/node.ts';
import { malformed, optional, parseMessage, reasonsOf, required } from './iso-message.ts';

const versions = { first: 3, last: 14 };

/**
 * pain.002 → what the bank says about the file, its batches and its transfers, as far as it says it. Codes stay as they are
 * written. @throws KontorError
 */
export function readPain002(text: string, namespace: string): PaymentStatusReport {
  const version = Number(/pain\.002\.001\.(\d{2})$/.exec(namespace)?.[1]);
  if (!(version >= versions.first && version <= versions.last))
    throw new KontorError('bank-message-malformed', `The status report is ${namespace.slice(-38)}; pain.002.001.03 to .14 are read.`, { place: { line: 1, path: '/Document' } });
  const report = parseMessage(text, namespace, 'CstmrPmtStsRpt');
  const groups = all(report, 'OrgnlGrpInfAndSts');
  const [group] = groups;
  if (!group || groups.length > 1) throw malformed(placeUnder(report, 'OrgnlGrpInfAndSts'), `OrgnlGrpInfAndSts stands ${groups.length} times; a report is about one file`);
  const groupStatus = optional(group, 'GrpSts');
  const batches = all(report, 'OrgnlPmtInfAndSts');
  return {
    kind: 'status-report',
    messageId: required(report, 'GrpHdr/MsgId'),
    originalMessageId: required(group, 'OrgnlMsgId'),
    ...(groupStatus === undefined ? {} : { groupStatus }),
    ...reasonsOf(group, 'StsRsnInf'),
    batches: batches.flatMap(batchStatus),
    transfers: batches.flatMap((batch) => all(batch, 'TxInfAndSts').flatMap((transaction) => transferStatus(transaction, batch, groupStatus))),
  };
}

function batchStatus(batch: XmlNode): PaymentStatusReport['batches'] {
  const status = optional(batch, 'PmtInfSts');
  const { reasonCode } = reasonsOf(batch, 'StsRsnInf');
  return status === undefined ? [] : [{ paymentInformationId: required(batch, 'OrgnlPmtInfId'), status, ...(reasonCode === undefined ? {} : { reasonCode }) }];
}

/** A transaction without a status of its own has that of its batch or file; without any, nothing is said about it. */
function transferStatus(transaction: XmlNode, batch: XmlNode, groupStatus: string | undefined): TransferStatus[] {
  const status = optional(transaction, 'TxSts') ?? optional(batch, 'PmtInfSts') ?? groupStatus;
  if (status === undefined) return [];
  const [paymentInformationId, instructionId, bankReference] = [optional(batch, 'OrgnlPmtInfId'), optional(transaction, 'OrgnlInstrId'), optional(transaction, 'AcctSvcrRef')];
  const own = first(transaction, 'StsRsnInf') ? reasonsOf(transaction, 'StsRsnInf') : optional(transaction, 'TxSts') === undefined ? reasonsOf(batch, 'StsRsnInf') : {};
  return [
    {
      // What ISO 20022 writes where nothing was given: a status that belongs to no payment of ours is kept and looked at.
      endToEndId: optional(transaction, 'OrgnlEndToEndId') ?? 'NOTPROVIDED',
      status,
      ...own,
      ...(paymentInformationId === undefined ? {} : { paymentInformationId }),
      ...(instructionId === undefined ? {} : { instructionId }),
      ...(bankReference === undefined ? {} : { bankReference }),
    },
  ];
}
