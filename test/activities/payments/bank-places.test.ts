import { expect, it } from 'vitest';
import { withBankPlaces } from '../../../activities/payments/bank-places.ts';
import type { PaymentParts } from '../../../activities/payments/parts.ts';
import type { LegalEntity } from '../../../domain/model/legal-entity.ts';

it('F16: a company whose bank is slow leaves places of the queue to another one, and gets its own again', async () => {
  let answer!: (text: string) => void;
  const slow = new Promise((resolve) => (answer = resolve));
  const bankOf = ({ id }: LegalEntity) => ({ port: { submitFile: () => (id === 'DE01' ? slow : Promise.resolve('received')), findSubmission: () => Promise.reject(new Error('lost')) } });
  const parts = withBankPlaces({ bankOf } as unknown as PaymentParts);
  const call = (id: string, name: 'submitFile' | 'findSubmission' = 'submitFile') => (parts.bankOf({ id } as LegalEntity)!.port[name] as () => Promise<unknown>)();

  const waiting = Array.from({ length: 4 }, () => call('DE01'));
  await expect(call('DE01')).rejects.toMatchObject({ code: 'counterpart-throttled', category: 'upstream-throttled', retryAfterMs: 10_000 });
  expect(await call('DE02')).toBe('received');
  answer('late');
  expect(await Promise.all(waiting)).toEqual(['late', 'late', 'late', 'late']);
  for (let tries = 0; tries < 5; tries += 1) await expect(call('DE01', 'findSubmission'), 'what fails gives its place back').rejects.toThrow('lost');
  expect(await call('DE01')).toBe('late');
});
