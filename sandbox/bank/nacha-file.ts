import { exactAmount, money } from '../../domain/rules/money.ts';
import { toText } from '../../domain/rules/decimal.ts';
import { FileRefusal } from './file-refusal.ts';
import type { InstructedFile, Instruction } from './model.ts';

/** A NACHA file of credits: 94 columns a record, dollars only. The company identification of a batch names the account that pays. @throws FileRefusal */
export function readNacha(text: string, messageId: string): InstructedFile {
  const records = text.split(/\r?\n/).filter((line) => line !== '');
  const refuse = (line: number, what: string, code = 'FF01'): never => {
    const refusal = new FileRefusal(code, `record ${line + 1}: ${what}`);
    refusal.messageId = messageId;
    throw refusal;
  };
  records.forEach((record, index) => record.length === 94 || refuse(index, `has ${record.length} columns, not 94`));
  if (!records[0]?.startsWith('1')) refuse(0, 'is no file header');
  const instructions: Instruction[] = [];
  let batch: Batch | undefined;
  /** Those of the last entry, which are one text. */
  let addenda: string[] = [];
  let announced: number | undefined;
  let cents = 0n;
  records.forEach((record, index) => {
    if (!record.startsWith('7') && announced !== undefined && announced !== addenda.length) refuse(index - addenda.length - 1, `says ${String(announced).padStart(4, '0')} addenda, there are ${addenda.length}`);
    switch (record[0]) {
      case '5':
        batch = { company: record.slice(40, 50).trim(), entryClass: record.slice(50, 53), number: record.slice(87, 94), date: dateOf(record.slice(69, 75)), entries: 0, cents: 0n };
        return;
      case '6': {
        const open = batch ?? refuse(index, 'an entry outside a batch');
        if (!/^[23]2$/.test(record.slice(1, 3))) refuse(index, 'only credits (22, 32) are taken');
        if (!/^\d{10}$/.test(record.slice(29, 39))) refuse(index, 'the amount is not a number');
        const minor = BigInt(record.slice(29, 39));
        open.entries += 1;
        open.cents += minor;
        cents += minor;
        instructions.push(entry(record, open, minor));
        addenda = [];
        announced = open.entryClass === 'CTX' ? Number(record.slice(54, 58)) : undefined;
        return;
      }
      case '7': {
        const last = instructions.at(-1) ?? refuse(index, 'an addendum without its entry');
        if (batch) batch.entries += 1;
        addenda.push(record.slice(3, 83));
        last.remittance = [addenda.join('').trim()];
        return;
      }
      case '8': {
        const open = batch ?? refuse(index, 'a batch control without its batch');
        if (BigInt(record.slice(4, 10)) !== BigInt(open.entries)) refuse(index, `says ${record.slice(4, 10)} entries, there are ${open.entries}`, 'AM18');
        if (BigInt(record.slice(32, 44)) !== open.cents) refuse(index, `says credits of ${record.slice(32, 44)}, they come to ${open.cents}`, 'AM10');
        batch = undefined;
        return;
      }
      case '9':
        if (!/^9+$/.test(record) && BigInt(record.slice(43, 55)) !== cents) refuse(index, `says credits of ${record.slice(43, 55)}, they come to ${cents}`, 'AM10');
    }
  });
  if (instructions.length === 0) refuse(records.length, 'there is no entry');
  return { messageId, format: 'nacha', total: toText(exactAmount(money('USD', cents))), instructions };
}

interface Batch {
  company: string;
  entryClass: string;
  number: string;
  date: string;
  entries: number;
  cents: bigint;
}

function entry(record: string, batch: Batch, minor: bigint): Instruction {
  return {
    endToEndId: record.slice(39, 54).trim(),
    instructionId: record.slice(79, 94),
    paymentInformationId: batch.number,
    debtorAccount: batch.company,
    amount: money('USD', minor),
    creditor: { name: (batch.entryClass === 'CTX' ? record.slice(58, 74) : record.slice(54, 76)).trim(), account: record.slice(12, 29).trim(), bank: record.slice(3, 12) },
    requestedOn: batch.date,
    remittance: [],
  };
}

/** YYMMDD of this century. */
function dateOf(text: string): string {
  return `20${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4, 6)}`;
}
