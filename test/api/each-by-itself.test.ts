import { describe, expect, it } from 'vitest';
import { eachByItself } from '../../api/intake/each-by-itself.ts';

describe('documents that came together', () => {
  const done: number[] = [];
  const work = (failing: Map<number, Error>) => (item: number) => {
    done.push(item);
    const error = failing.get(item);
    return error ? Promise.reject(error) : Promise.resolve(item * 10);
  };
  const carriedOut = async (failing: [number, Error][]) => {
    done.length = 0;
    return eachByItself([1, 2, 3, 4, 5], 2, work(new Map(failing)));
  };

  it('all are taken in, in their order', async () => {
    expect(await carriedOut([])).toEqual([10, 20, 30, 40, 50]);
  });

  it('one that fails does not keep the others back, and is told at the end', async () => {
    await expect(carriedOut([[2, new Error('second')], [4, new Error('fourth')]])).rejects.toThrow('second');
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  it('without the database the rest is not tried, and that is what is told', async () => {
    const away = Object.assign(new Error('away'), { code: '57P01' });
    await expect(carriedOut([[1, new Error('first')], [4, away]])).rejects.toBe(away);
    expect(done).toEqual([1, 2, 3, 4]);
  });
});
