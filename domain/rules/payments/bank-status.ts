/**
 * What becomes of one instruction (P6, P8). `unknown`: the file was sent and no answer came; `settled-at-bank`: the bank says
 * so; `confirmed`: its books say so, and only this is paid (guarantee 3).
 */
export const paymentStates = ['proposed', 'approved', 'filed', 'sent', 'unknown', 'in-process', 'settled-at-bank', 'confirmed', 'rejected', 'returned', 'removed'] as const;
export type PaymentState = (typeof paymentStates)[number];

/** No further message is expected; a return may still come after `confirmed`. */
const finalStates: ReadonlySet<PaymentState> = new Set(['confirmed', 'rejected', 'returned', 'removed']);
/** After these the open items are free again, rejected and returned ones under the next revision (P1, P7). */
const freeingStates: ReadonlySet<PaymentState> = new Set(['rejected', 'returned', 'removed']);

/** The bank was not sent it, and is not about to be. */
const unsentStates: ReadonlySet<PaymentState> = new Set(['proposed', 'approved']);

/** In these people may still decide about the documents of a payment: nothing of it is with the bank, or everything is over without money (P6). */
export const notUnderWay: readonly PaymentState[] = paymentStates.filter((state) => unsentStates.has(state) || freeingStates.has(state));

export function isUnsent(state: PaymentState): boolean {
  return unsentStates.has(state);
}

export function isFinal(state: PaymentState): boolean {
  return finalStates.has(state);
}

/** Whether an open item in a payment of this state may not enter another run; a state that nobody knows blocks. */
export function blocksOpenItem(state: string): boolean {
  return !(freeingStates as ReadonlySet<string>).has(state);
}

/** `group` is the whole file, `batch` one payment information of it. */
export type StatusLevel = 'group' | 'batch' | 'transfer';

/**
 * What has to be done beside the change of state: `reopen` the items with the bank's reason, `evaluate-items` because only the
 * statuses of the single transfers decide, `enquire` because the bank refers to something it has, open a `case` because the
 * bank contradicts itself or our books.
 */
export type StatusEffect = 'none' | 'reopen' | 'evaluate-items' | 'enquire' | 'case';

export interface AfterStatus {
  state: PaymentState;
  final: boolean;
  effect: StatusEffect;
  /** Why, for people; present for `enquire` and `case`. */
  message?: string;
  /** Money may have left, though the documents of the payment are free to be paid, or will be sent: they wait until somebody has looked. */
  hold?: true;
}

type Meaning = 'in-process' | 'settled' | 'rejected' | 'mixed' | 'duplicate';

const settledCodes = new Set(['ACSC', 'ACCC']);
/** Reasons that say "I have this already": the first delivery counts, whatever becomes of it. */
export const duplicateReasons: ReadonlySet<string> = new Set(['AM05', 'DUPL', 'DU01', 'DU02', 'DU03', 'DU04', 'DU05']);
const handedOver: readonly PaymentState[] = ['filed', 'sent', 'unknown', 'in-process'];

/**
 * The ladder of P8: a status moves an instruction forward or not at all, in whatever order and however often messages come.
 * An unknown code means pending, never success. Statuses are ISO 20022 codes, reasons those of the external code list.
 */
export function afterBankStatus(state: PaymentState, code: string, level: StatusLevel, reasonCode?: string): AfterStatus {
  if (isUnsent(state) || state === 'removed') return { ...contradiction(state, `The bank reports ${code} for a payment that was not sent to it.`), ...(code === 'RJCT' ? {} : { hold: true }) };
  switch (meaningOf(code, reasonCode)) {
    case 'in-process':
      return stay(handedOver.includes(state) ? 'in-process' : state);
    case 'mixed':
      return { ...stay(handedOver.includes(state) ? 'in-process' : state), effect: level === 'transfer' ? 'none' : 'evaluate-items' };
    case 'settled':
      if (state === 'rejected') return { ...contradiction(state, `The bank reports ${code} after it rejected the payment: the money may have gone, though the items are open again.`), hold: true };
      return stay(handedOver.includes(state) ? 'settled-at-bank' : state);
    case 'duplicate':
      return { ...stay(state === 'filed' || state === 'sent' ? 'unknown' : state), effect: handedOver.includes(state) ? 'enquire' : 'none', message: `The bank says it has this already (${reasonCode}): it has to be asked what became of the first delivery.` };
    case 'rejected':
      if (state === 'settled-at-bank' || state === 'confirmed') return contradiction(state, `The bank rejects a payment that it ${state === 'confirmed' ? 'has booked' : 'reported as settled'}.`);
      return handedOver.includes(state) ? { state: 'rejected', final: true, effect: 'reopen' } : stay(state);
  }
}

/** ACTC, ACCP, ACSP, ACWC, PDNG, RCVD and every code that we do not know: the bank has it and works on it. */
function meaningOf(code: string, reasonCode: string | undefined): Meaning {
  if (code === 'RJCT') return reasonCode !== undefined && duplicateReasons.has(reasonCode) ? 'duplicate' : 'rejected';
  if (code === 'PART') return 'mixed';
  if (settledCodes.has(code)) return 'settled';
  return 'in-process';
}

function stay(state: PaymentState): AfterStatus {
  return { state, final: isFinal(state), effect: 'none' };
}

function contradiction(state: PaymentState, message: string): AfterStatus {
  return { ...stay(state), effect: 'case', message };
}
