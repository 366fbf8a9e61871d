/** An invoice as a transaction set; `buyer` is its whole segment. */
export const transactionSet = (control: string, number: string, buyer = 'N1*BT*Muster Technik GmbH*VA*DE811907980'): string =>
  [`ST*810*${control}`, `BIG*20261102*${number}**PO77`, 'CUR*SE*EUR', 'N1*RE*Acme Inc', buyer, 'IT1*1*10*EA*10.00**VP*SCREW', 'TDS*10000', `SE*8*${control}`].join('~\n');

/** An interchange of those; `stated` is how many its envelope says there are. */
export const x12 = (control: string, sets: string[], stated = sets.length): string =>
  `${[`ISA*00*          *00*          *ZZ*ACME           *ZZ*BUYER          *261102*0930*U*00401*${control}*0*P*>`, 'GS*IN*ACME*BUYER*20261102*0930*9*X*004010', ...sets, `GE*${stated}*9`, `IEA*1*${control}`].join('~\n')}~\n`;
