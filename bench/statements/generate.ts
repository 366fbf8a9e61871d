import { createWriteStream, writeFileSync } from 'node:fs';
import { once } from 'node:events';

/** Amount of the entry with a number, in cents; every third one is money out. */
const cents = (at: number) => (at % 3 === 0 ? -1 : 1) * (100 + ((at * 7919) % 1_000_000));

/** Statements with their balances, in one currency; every file holds `entries` entries of different amounts, names and references. */
export async function writeCamt(path: string, entries: number): Promise<void> {
  const out = createWriteStream(path);
  const total = sumOf(entries);
  out.write(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>BENCH</MsgId><CreDtTm>2026-10-05T20:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S-1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2026-10-05T20:00:00Z</CreDtTm><FrToDt><FrDtTm>2026-10-05T00:00:00Z</FrDtTm><ToDtTm>2026-10-05T23:59:59Z</ToDtTm></FrToDt>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy><Svcr><FinInstnId><BIC>COBADEFFXXX</BIC></FinInstnId></Svcr></Acct>
${balance('OPBD', 0)}${balance('CLBD', total)}`);
  for (let at = 1; at <= entries; at++) if (!out.write(camtEntry(at))) await once(out, 'drain');
  out.end('</Stmt></BkToCstmrStmt></Document>\n');
  await once(out, 'finish');
}

function camtEntry(at: number): string {
  const [amount, mark] = [euros(Math.abs(cents(at))), cents(at) < 0 ? 'DBIT' : 'CRDT'];
  const [party, other] = mark === 'DBIT' ? ['Cdtr', 'Dbtr'] : ['Dbtr', 'Cdtr'];
  return `<Ntry><NtryRef>${at}</NtryRef><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${mark}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-10-05</Dt></BookgDt><ValDt><Dt>2026-10-05</Dt></ValDt><AcctSvcrRef>BK-2026-10-05-${at}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn><Prtry><Cd>NTRF+166</Cd><Issr>DK</Issr></Prtry></BkTxCd>
<NtryDtls><TxDtls><Refs><AcctSvcrRef>BK-2026-10-05-${at}</AcctSvcrRef><EndToEndId>E2E-${at}-2026</EndToEndId><TxId>TX-${at}</TxId></Refs><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${mark}</CdtDbtInd>
<RltdPties><${party}><Nm>Papierhof Lindau Filiale ${at % 977} GmbH</Nm></${party}><${party}Acct><Id><IBAN>DE75512108001245126199</IBAN></Id></${party}Acct><${other}><Nm>Kontor Nord GmbH</Nm></${other}></RltdPties><RltdAgts><${party}Agt><FinInstnId><BIC>SOGEDEFFXXX</BIC></FinInstnId></${party}Agt></RltdAgts>
<RmtInf><Ustrd>Invoice INV-${at} of October, customer ${at % 977}, thank you</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
`;
}

function balance(kind: string, minor: number): string {
  return `<Bal><Tp><CdOrPrtry><Cd>${kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${euros(Math.abs(minor))}</Amt><CdtDbtInd>${minor < 0 ? 'DBIT' : 'CRDT'}</CdtDbtInd><Dt><Dt>2026-10-05</Dt></Dt></Bal>\n`;
}

export function writeMt940(path: string, entries: number): void {
  const perStatement = 1000;
  const parts: string[] = [];
  let opening = 0;
  for (let from = 1, number = 1; from <= entries; from += perStatement, number++) {
    const to = Math.min(entries, from + perStatement - 1);
    const lines = [':20:BENCH', ':25:DE89370400440532013000', `:28C:${number}/1`, `:60F:${signed(opening)}`];
    for (let at = from; at <= to; at++) {
      const minor = cents(at);
      opening += minor;
      lines.push(`:61:2610051005${minor < 0 ? 'D' : 'C'}${comma(Math.abs(minor))}NTRFINV-${at}//BK-${at}`);
      lines.push(`:86:166?00CREDIT TRANSFER?20EREF+E2E-${at}?21SVWZ+Invoice INV-${at}`, `?22 of October?30COBADEFFXXX?31DE75512108001245126199?32Papierhof Lindau ${at % 977}`);
    }
    parts.push(...lines, `:62F:${signed(opening)}`, '-');
  }
  writeFileSync(path, `${parts.join('\r\n')}\r\n`);
}

export function writeBai2(path: string, entries: number): void {
  let total = 0;
  const lines: string[] = [];
  for (let at = 1; at <= entries; at++) {
    const minor = Math.abs(cents(at));
    total += minor;
    lines.push(`16,${cents(at) < 0 ? '451' : '142'},${minor},Z,BK-${at},INV-${at},PAPIERHOF LINDAU ${at % 977}/`);
  }
  const [opening, closing] = [0, sumOf(entries)];
  const sum = opening + closing + total;
  const head = ['01,021000021,KONTOR,261005,2100,7,,,2/', '02,KONTOR,021000021,1,261005,2100,USD,2/', `03,998877,USD,010,${opening},,,015,${closing},,/`];
  writeFileSync(path, [...head, ...lines, `49,${sum},${entries + 2}/`, `98,${sum},1,${entries + 4}/`, `99,${sum},1,${entries + 6}/`, ''].join('\n'));
}

export function writeNacha(path: string, entries: number): void {
  let total = 0;
  const bank = '07100001';
  const records = Array.from({ length: entries }, (_, index) => {
    const minor = Math.abs(cents(index + 1));
    total += minor;
    return `622${bank}3${`0001234${index % 977}`.padEnd(17)}${String(minor).padStart(10, '0')}${`INV-${index + 1}`.padEnd(15)}${`Papierhof Lindau ${index % 977}`.padEnd(22)}  002100002${String(index + 1).padStart(7, '0')}`;
  });
  const hash = String((BigInt(bank) * BigInt(entries)) % 10_000_000_000n).padStart(10, '0');
  const totals = `${hash}${'0'.repeat(12)}${String(total).padStart(12, '0')}`;
  const count = entries + 4;
  const lines = [
    `101 021000021 1210428822610052100A094101${'Bank'.padEnd(23)}${'Kontor Nord'.padEnd(31)}`,
    `5220${'Kontor Nord'.padEnd(36)}${'1210428822'}CCD${'PAYMENTS'.padEnd(16)}261005   1021000020000001`,
    ...records,
    `8220${String(entries).padStart(6, '0')}${totals}${'1210428822'.padEnd(35)}021000020000001`,
    `9000001${String(Math.ceil(count / 10)).padStart(6, '0')}${String(entries).padStart(8, '0')}${totals}${' '.repeat(39)}`,
  ];
  while (lines.length % 10 > 0) lines.push('9'.repeat(94));
  writeFileSync(path, `${lines.join('\n')}\n`);
}

function sumOf(entries: number): number {
  let total = 0;
  for (let at = 1; at <= entries; at++) total += cents(at);
  return total;
}

function signed(minor: number): string {
  return `${minor < 0 ? 'D' : 'C'}261005EUR${comma(Math.abs(minor))}`;
}

function comma(minor: number): string {
  return euros(minor).replace('.', ',');
}

/** Whole cents as text: no division touches them. */
function euros(minor: number): string {
  const text = String(minor).padStart(3, '0');
  return `${text.slice(0, -2)}.${text.slice(-2)}`;
}
