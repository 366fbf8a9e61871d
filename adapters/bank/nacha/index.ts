import type { BankPort } from '../../ports/bank.ts';
import type { AdapterDefinition } from '../../ports/definition.ts';
import { openTransport, transported, transportFacts } from '../transport/index.ts';
import { nachaConfigSchema, type NachaConfig } from './config.ts';
import { writeNacha } from './write-nacha.ts';

/** A bank that takes ACH credits as NACHA files and answers in acknowledgements and return files. */
export const nachaBank: AdapterDefinition<BankPort, NachaConfig> = {
  name: 'nacha',
  title: 'ACH bank',
  capabilities: ['ach'],
  config: nachaConfigSchema,
  ...transportFacts,

  create(config, tools) {
    return { writeFile: (order) => writeNacha(order, config), ...transported(openTransport(config.transport, tools)) };
  },
};
