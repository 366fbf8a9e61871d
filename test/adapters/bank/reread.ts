/** A payment as a reader sees it who knows nothing of the writer: by patterns on the text alone. */
export interface RereadTransfer {
  endToEndId: string;
  amount: string;
  currency: string;
  account: string;
  name: string;
  documents: { kind: string; number: string; paid: string }[];
  texts: string[];
  reference: string | undefined;
}

export interface RereadFile {
  messageId: string;
  count: string;
  sum: string;
  batches: { id: string; date: string; count: string; sum: string; transfers: RereadTransfer[] }[];
}

export function reread(xml: string): RereadFile {
  const [header = ''] = blocks(xml, 'GrpHdr');
  return {
    messageId: text(header, 'MsgId'),
    count: text(header, 'NbOfTxs'),
    sum: text(header, 'CtrlSum'),
    batches: blocks(xml, 'PmtInf').map((batch) => {
      const head = batch.slice(0, batch.indexOf('<CdtTrfTxInf>'));
      return { id: text(head, 'PmtInfId'), date: /<ReqdExctnDt>\s*(?:<Dt>)?([\d-]+)/.exec(head)?.[1] ?? '', count: text(head, 'NbOfTxs'), sum: text(head, 'CtrlSum'), transfers: blocks(batch, 'CdtTrfTxInf').map(transfer) };
    }),
  };
}

function transfer(block: string): RereadTransfer {
  const [account = ''] = blocks(block, 'CdtrAcct');
  const [creditor = ''] = blocks(block, 'Cdtr');
  const amount = /<InstdAmt Ccy="([A-Z]{3})">([\d.]+)</.exec(block);
  return {
    endToEndId: text(block, 'EndToEndId'),
    amount: amount?.[2] ?? '',
    currency: amount?.[1] ?? '',
    account: text(account, 'IBAN') || /<Othr>\s*<Id>([^<]*)</.exec(account)?.[1] || '',
    name: text(creditor, 'Nm'),
    documents: blocks(block, 'Strd').filter((part) => part.includes('<RfrdDocInf>')).map((part) => ({ kind: text(part, 'Cd'), number: text(part, 'Nb') || text(part, 'AddtlRmtInf'), paid: text(part, 'RmtdAmt') || text(part, 'CdtNoteAmt') })),
    texts: [...block.matchAll(/<Ustrd>([^<]*)</g)].map(([, found]) => unescaped(found ?? '')),
    reference: text(block, 'Ref') || undefined,
  };
}

function blocks(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map(([, content]) => content ?? '');
}

function text(xml: string, name: string): string {
  return unescaped(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`).exec(xml)?.[1] ?? '');
}

function unescaped(value: string): string {
  return value.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
