import { defineSignal } from '@temporalio/workflow';

/** Somebody's roles changed, or somebody left: whoever waits for people looks who is to be asked now (A9). */
export const peopleChangedSignal = 'peopleChanged';
export const peopleChanged = defineSignal(peopleChangedSignal);
