import type { ErpAccess } from '../activities/accounts-payable/parts.ts';
import type { BankAccess, PaymentParts, ScreeningAccess } from '../activities/payments/parts.ts';
import type { AdapterTools } from '../adapters/ports/definition.ts';
import { openBank, openErp, openScreening } from '../adapters/registry.ts';
import type { Guard } from '../adapters/tools/guard.ts';
import type { LegalEntity } from '../domain/model/legal-entity.ts';
import type { Settings } from '../temporal-config/settings.ts';

/** One guarded port per company and counterpart, opened at first use; the sandbox is wherever this installation started it. */
export function counterparts(settings: Settings, tools: AdapterTools, guard: Guard): Pick<PaymentParts, 'erpOf' | 'bankOf' | 'screeningOf'> {
  return {
    erpOf: remembered(({ erp: { adapter, settings: own } }): ErpAccess => {
      const { erp, settleWindowMs, longestCallMs } = openErp(adapter, adapter === 'sandbox' ? { ...own, baseUrl: settings.sandboxUrl } : own, tools, guard);
      return { port: erp, system: `erp:${adapter}`, settleWindowMs, longestCallMs };
    }),
    bankOf: remembered(({ bank }): BankAccess | undefined => {
      if (!bank) return undefined;
      const { bank: port, settleWindowMs, longestCallMs } = openBank(bank.adapter, bankSettings(bank, settings), tools, guard);
      return { port, system: `bank:${bank.adapter}`, settleWindowMs, longestCallMs };
    }),
    screeningOf: remembered(({ screening }): ScreeningAccess | undefined => {
      if (!screening) return undefined;
      const { screening: port } = openScreening(screening.adapter, screening.adapter === 'sandbox' ? { ...screening.settings, baseUrl: settings.sandboxUrl } : screening.settings, tools, guard);
      return { port, system: `screening:${screening.adapter}` };
    }),
  };
}

function remembered<Access>(open: (entity: LegalEntity) => Access): (entity: LegalEntity) => Access {
  const opened = new Map<string, Access>();
  return (entity) => {
    const key = JSON.stringify([entity.erp, entity.bank ?? null, entity.screening ?? null]);
    if (!opened.has(key)) opened.set(key, open(entity));
    return opened.get(key) as Access;
  };
}

/** What a company's file says of its bank; the folder of schemas is the installation's unless the file names one. */
function bankSettings({ adapter, settings: own }: NonNullable<LegalEntity['bank']>, { sandboxUrl, bankSchemas }: Settings): unknown {
  const common = adapter === 'iso20022' && bankSchemas !== undefined ? { schemas: bankSchemas } : {};
  return inSandbox({ ...common, ...own }, sandboxUrl);
}

/** `sandbox:/bank/` in a company's file stands for the address of the sandbox of this installation. */
function inSandbox(value: unknown, sandboxUrl: string): unknown {
  if (typeof value === 'string') return value.startsWith('sandbox:/') ? `${sandboxUrl}${value.slice('sandbox:'.length)}` : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, inSandbox(entry, sandboxUrl)]));
}
