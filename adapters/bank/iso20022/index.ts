import type { AdapterDefinition } from '../../ports/definition.ts';
import type { BankPort } from '../../ports/bank.ts';
import { openTransport, transported, transportFacts } from '../transport/index.ts';
import { iso20022ConfigSchema, type Iso20022Config } from './config.ts';
import { schemaCheck } from './schemas.ts';
import { writePain001 } from './write-pain001.ts';

/** A bank that takes credit transfers as pain.001 and answers in pain.002, pacs.004 and camt messages. */
export const iso20022Bank: AdapterDefinition<BankPort, Iso20022Config> = {
  name: 'iso20022',
  title: 'ISO 20022 bank',
  capabilities: ['sepa', 'credit-transfer'],
  config: iso20022ConfigSchema,
  ...transportFacts,

  create(config, tools) {
    const check = config.schemas === undefined ? undefined : schemaCheck(config.schemas, config.pain001);
    return {
      writeFile(order) {
        const file = writePain001(order, config.pain001, config.characterSet, config);
        check?.(file);
        return file;
      },
      ...transported(openTransport(config.transport, tools)),
    };
  },
};
