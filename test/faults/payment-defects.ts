import type { Defect } from './plant.ts';

const send = 'activities/payments/send-payment-file.ts';
const file = 'activities/payments/create-payment-file.ts';

/** Each try names file and payments anew: the bank cannot know that it has them already. */
export const freshIds: Defect[] = [
  {
    file,
    was: 'const file = bank.port.writeFile(order);',
    becomes: `const fresh = (length: number) => Array.from({ length }, () => 'ABCDEFGHJK'[Math.floor(Math.random() * 10)]).join('');
  const tried = { ...order, messageId: fresh(20), batches: order.batches.map((batch) => ({ ...batch, transfers: batch.transfers.map((transfer) => ({ ...transfer, endToEndId: fresh(32) })) })) };
  const file = bank.port.writeFile(tried);`,
  },
  { file, was: 'if (run.fileSha256 !== null && run.fileSha256 !== fileHash) throw', becomes: 'if (run.runId === \'\') throw' },
  { file: send, was: 'if (run.fileSha256 !== contentHash(Buffer.from(file.text, \'utf8\'))) throw', becomes: 'if (run.runId === \'\') throw' },
  { file: send, was: 'request: { messageId: file.messageId, fileHash: run.fileSha256 },', becomes: 'request: { run: caseId },' },
];
