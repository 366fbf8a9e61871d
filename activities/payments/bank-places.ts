import { KontorError } from '../../domain/errors.ts';
import type { BankAccess, PaymentParts } from './parts.ts';

/** Half of what a worker does for banks at a time (`workers/run.ts`). */
const placesOfOne = 4;
const backAfterMs = 10_000;

/**
 * Calls of all banks share the places of a queue. A company whose bank is slow leaves some of them to the others (F16). What is sent away here
 * was not sent, which `once` is told by the error's category.
 */
export function withBankPlaces(parts: PaymentParts): PaymentParts {
  const taken = new Map<string, number>();

  async function inPlace<Answer>(company: string, call: () => Promise<Answer>): Promise<Answer> {
    const own = taken.get(company) ?? 0;
    if (own >= placesOfOne) throw new KontorError('counterpart-throttled', `${own} calls of ${company} wait for its bank already.`, { retryAfterMs: backAfterMs });
    taken.set(company, own + 1);
    try {
      return await call();
    } finally {
      taken.set(company, (taken.get(company) ?? 1) - 1);
    }
  }

  function placed(company: string, access: BankAccess): BankAccess {
    const { port } = access;
    return {
      ...access,
      port: {
        ...port,
        submitFile: (...asked) => inPlace(company, () => port.submitFile(...asked)),
        findSubmission: (...asked) => inPlace(company, () => port.findSubmission(...asked)),
        fetchMessages: (...asked) => inPlace(company, () => port.fetchMessages(...asked)),
      },
    };
  }

  return {
    ...parts,
    bankOf(company) {
      const access = parts.bankOf(company);
      return access && placed(company.id, access);
    },
  };
}
