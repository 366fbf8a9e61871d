import { onTemporal } from '../../invoice/kontor.ts';

/** Our API and our worker options, with the workflows of this folder. */
export const contender = onTemporal('bench/peers/temporal-naive/worker.ts');
