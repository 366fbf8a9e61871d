import type { SandboxService } from '../shared/control.ts';
import { parseBody } from '../shared/http.ts';
import { openBank } from './bank.ts';
import { bankControl } from './control.ts';
import { ledgerOf } from './ledger.ts';
import { bankSeedSchema } from './model.ts';
import { bankRoutes } from './routes.ts';

/** The bank as a part of the sandbox. */
export function openBankService(path: string, shipped: unknown[]): SandboxService & { droppedBytes: number } {
  const bank = openBank(path, shipped.map((seed) => bankSeedSchema.parse(seed)));
  return {
    name: 'bank',
    routes: bankRoutes(bank),
    control: bankControl(bank),
    droppedBytes: bank.droppedBytes,
    ledger(query) {
      bank.catchUp();
      const given = (name: string) => query.get(name) ?? undefined;
      return ledgerOf(bank.state, bank.now(), { account: given('account'), endToEndId: given('endToEndId'), messageId: given('messageId') });
    },
    seed: (body) => bank.seed(parseBody(bankSeedSchema, body)),
    durable: () => bank.durable(),
    close: () => bank.close(),
  };
}
