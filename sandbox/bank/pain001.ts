import { exact, plus, compareExact, toText, zero, isDecimal } from '../../domain/rules/decimal.ts';
import { exactAmount, isCurrency, moneyFromDecimal } from '../../domain/rules/money.ts';
import type { Money } from '../../domain/model/money.ts';
import { isPlainDate } from '../../domain/calendar/plain-date.ts';
import { FileRefusal } from './file-refusal.ts';
import type { InstructedFile, Instruction } from './model.ts';
import { at, children, readXml, textAt, type Node } from './read-xml.ts';

/** A credit transfer initiation, version 03 or 09. @throws FileRefusal FF01 with the element, AM10 or AM18 for its control figures */
export function readPain001(source: string): InstructedFile {
  const root = parsed(source);
  const format = /^urn:iso:std:iso:20022:tech:xsd:(pain\.001\.001\.(?:03|09))$/.exec(root.namespace)?.[1];
  if (root.name !== 'Document' || format === undefined) throw new FileRefusal('FF01', `the bank takes pain.001.001.03 and pain.001.001.09, not ${root.name} of ${root.namespace.slice(-20)}`);
  const initiation = at(root, 'CstmrCdtTrfInitn');
  const header = initiation && at(initiation, 'GrpHdr');
  if (!initiation || !header) throw new FileRefusal('FF01', 'CstmrCdtTrfInitn/GrpHdr is missing');
  const messageId = needed(header, 'MsgId', 'GrpHdr/MsgId');
  try {
    const blocks = children(initiation, 'PmtInf').map((block, index) => ({ block, path: `PmtInf[${index + 1}]`, instructions: readBlock(block, `PmtInf[${index + 1}]`) }));
    const instructions = blocks.flatMap((block) => block.instructions);
    if (instructions.length === 0) throw new FileRefusal('FF01', 'there is no transaction');
    for (const { block, path, instructions: own } of blocks) checkControls(block, own, path);
    if (textAt(header, 'NbOfTxs') === undefined) throw new FileRefusal('FF01', 'GrpHdr/NbOfTxs is missing');
    checkControls(header, instructions, 'GrpHdr');
    return { messageId, format, total: toText(totalOf(instructions)), instructions };
  } catch (error) {
    if (error instanceof FileRefusal) error.messageId = messageId;
    throw error;
  }
}

function parsed(source: string): Node {
  try {
    return readXml(source);
  } catch (error) {
    throw new FileRefusal('FF01', `the file cannot be read as XML: ${(error as Error).message.slice(0, 60)}`);
  }
}

function readBlock(block: Node, path: string): Instruction[] {
  const paymentInformationId = needed(block, 'PmtInfId', `${path}/PmtInfId`);
  if (textAt(block, 'PmtMtd') !== 'TRF') throw new FileRefusal('FF01', `${path}/PmtMtd must be TRF`);
  const requestedOn = textAt(block, 'ReqdExctnDt/Dt', 'ReqdExctnDt') ?? '';
  if (!isPlainDate(requestedOn)) throw new FileRefusal('FF01', `${path}/ReqdExctnDt is no date`);
  const debtorAccount = needed(block, 'DbtrAcct/Id/IBAN|DbtrAcct/Id/Othr/Id', `${path}/DbtrAcct/Id`);
  return children(block, 'CdtTrfTxInf').map((transaction, index) => {
    const own = `${path}/CdtTrfTxInf[${index + 1}]`;
    const remittance = [...children(at(transaction, 'RmtInf') ?? transaction, 'Ustrd').map((node) => node.text.trim()), ...structured(transaction)];
    const instructionId = textAt(transaction, 'PmtId/InstrId');
    const bank = textAt(transaction, 'CdtrAgt/FinInstnId/BICFI', 'CdtrAgt/FinInstnId/BIC', 'CdtrAgt/FinInstnId/ClrSysMmbId/MmbId');
    return {
      endToEndId: needed(transaction, 'PmtId/EndToEndId', `${own}/PmtId/EndToEndId`),
      ...(instructionId === undefined ? {} : { instructionId }),
      paymentInformationId,
      debtorAccount,
      amount: amountOf(transaction, own),
      creditor: { name: needed(transaction, 'Cdtr/Nm', `${own}/Cdtr/Nm`), account: needed(transaction, 'CdtrAcct/Id/IBAN|CdtrAcct/Id/Othr/Id', `${own}/CdtrAcct/Id`), ...(bank === undefined ? {} : { bank }) },
      requestedOn,
      remittance,
    };
  });
}

function structured(transaction: Node): string[] {
  const blocks = children(at(transaction, 'RmtInf') ?? transaction, 'Strd');
  return blocks.flatMap((block) => [textAt(block, 'RfrdDocInf/Nb'), textAt(block, 'CdtrRefInf/Ref'), textAt(block, 'AddtlRmtInf')]).filter((text) => text !== undefined);
}

function amountOf(transaction: Node, path: string): Money {
  const node = at(transaction, 'Amt/InstdAmt');
  const [currency, text] = [node?.attributes['Ccy'] ?? '', node?.text.trim() ?? ''];
  if (!isCurrency(currency) || !isDecimal(text)) throw new FileRefusal('FF01', `${path}/Amt/InstdAmt is no amount with a currency`);
  try {
    return moneyFromDecimal(currency, text);
  } catch {
    throw new FileRefusal('FF01', `${path}/Amt/InstdAmt has more decimals than ${currency} allows`);
  }
}

function checkControls(node: Node, instructions: Instruction[], path: string): void {
  const [count, sum] = [textAt(node, 'NbOfTxs'), textAt(node, 'CtrlSum')];
  if (count !== undefined && count !== String(instructions.length)) throw new FileRefusal('AM18', `${path}/NbOfTxs says ${count}, the file has ${instructions.length}`);
  if (sum !== undefined && (!isDecimal(sum) || compareExact(exact(sum), totalOf(instructions)) !== 0)) throw new FileRefusal('AM10', `${path}/CtrlSum says ${sum}, the amounts come to ${toText(totalOf(instructions))}`);
}

function totalOf(instructions: Instruction[]) {
  return instructions.reduce((total, { amount }) => plus(total, exactAmount(amount)), zero);
}

function needed(node: Node, paths: string, place: string): string {
  const found = textAt(node, ...paths.split('|'));
  if (found === undefined) throw new FileRefusal('FF01', `${place} is missing`);
  return found;
}
