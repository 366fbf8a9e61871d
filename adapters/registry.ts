import { KontorError } from '../domain/errors.ts';
import { iso20022Bank } from './bank/iso20022/index.ts';
import { nachaBank } from './bank/nacha/index.ts';
import { sandboxErp } from './erp/sandbox/index.ts';
import { bankOperations, type BankPort } from './ports/bank.ts';
import type { AdapterDefinition, AdapterTools } from './ports/definition.ts';
import { erpOperations, type ErpPort } from './ports/erp.ts';
import { screeningOperations, type ScreeningPort } from './ports/screening.ts';
import { sandboxScreening } from './screening/sandbox/index.ts';
import type { Guard } from './tools/guard.ts';

/** The adapters of this installation, by the name that an entity's file gives them. A new adapter is one line here. */
const erpAdapters = new Map([sandboxErp].map((definition) => [definition.name, openable(definition)]));
const bankAdapters = new Map([openableBank(iso20022Bank), openableBank(nachaBank)].map((bank) => [bank.name, bank.open]));
const screeningAdapters = new Map([sandboxScreening].map((definition) => [definition.name, openableScreening(definition)]));

/** An ERP in use: the guarded port, and how long "not found" proves nothing after a send. */
export interface OpenedErp {
  erp: ErpPort;
  capabilities: readonly string[];
  settleWindowMs: number;
  longestCallMs: number;
}

/** Opens the ERP of one legal entity; unknown names and settings that do not fit are refused with the field. */
export function openErp(adapter: string, settings: unknown, tools: AdapterTools, guard: Guard): OpenedErp {
  const open = erpAdapters.get(adapter);
  if (!open) throw new KontorError('request-invalid', `there is no ERP adapter ${adapter}; the adapters are ${[...erpAdapters.keys()].join(', ')}`, { place: { path: 'erp.adapter' } });
  return open(settings, tools, guard);
}

/** A bank in use: the guarded port, and how long "not found" proves nothing after a send. */
export interface OpenedBank {
  bank: BankPort;
  capabilities: readonly string[];
  settleWindowMs: number;
  longestCallMs: number;
}

/** Opens the bank of one legal entity; unknown names and settings that do not fit are refused with the field. */
export function openBank(adapter: string, settings: unknown, tools: AdapterTools, guard: Guard): OpenedBank {
  const open = bankAdapters.get(adapter);
  if (!open) throw new KontorError('request-invalid', `there is no bank adapter ${adapter}; the adapters are ${[...bankAdapters.keys()].join(', ')}`, { place: { path: 'bank.adapter' } });
  return open(settings, tools, guard);
}

/** A screening service in use. It has no effects, so there is nothing to wait for. */
export interface OpenedScreening {
  screening: ScreeningPort;
  longestCallMs: number;
}

/** Opens the screening service of one legal entity; unknown names and settings that do not fit are refused with the field. */
export function openScreening(adapter: string, settings: unknown, tools: AdapterTools, guard: Guard): OpenedScreening {
  const open = screeningAdapters.get(adapter);
  if (!open) throw new KontorError('request-invalid', `there is no screening adapter ${adapter}; the adapters are ${[...screeningAdapters.keys()].join(', ')}`, { place: { path: 'screening.adapter' } });
  return open(settings, tools, guard);
}

function openable<Config>(definition: AdapterDefinition<ErpPort, Config>) {
  return (settings: unknown, tools: AdapterTools, guard: Guard): OpenedErp => {
    const config = configured('erp', definition, settings);
    const erp = guard.wrap(definition.create(config, tools), erpOperations, definition.counterpart(config));
    return { erp, ...facts(definition, config) };
  };
}

function openableBank<Config>(definition: AdapterDefinition<BankPort, Config>) {
  const open = (settings: unknown, tools: AdapterTools, guard: Guard): OpenedBank => {
    const config = configured('bank', definition, settings);
    // Writing a file is arithmetic: it passes no gate, and its refusals are the caller's to see.
    const { writeFile, ...calls } = definition.create(config, tools);
    const { writeFile: _pure, ...operations } = bankOperations;
    return { bank: { writeFile, ...guard.wrap(calls, operations, definition.counterpart(config)) }, ...facts(definition, config) };
  };
  return { name: definition.name, open };
}

function openableScreening<Config>(definition: AdapterDefinition<ScreeningPort, Config>) {
  return (settings: unknown, tools: AdapterTools, guard: Guard): OpenedScreening => {
    const config = configured('screening', definition, settings);
    return { screening: guard.wrap(definition.create(config, tools), screeningOperations, definition.counterpart(config)), longestCallMs: definition.longestCallMs(config) };
  };
}

function configured<Config>(port: string, definition: Pick<AdapterDefinition<unknown, Config>, 'name' | 'config'>, settings: unknown): Config {
  const parsed = definition.config.safeParse(settings);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new KontorError('request-invalid', `settings of ${port} adapter ${definition.name}: ${issue?.message}`, { place: { path: [port, 'settings', ...(issue?.path ?? [])].join('.') } });
}

function facts<Config>({ capabilities, settleWindowMs, longestCallMs }: Pick<AdapterDefinition<unknown, Config>, 'capabilities' | 'settleWindowMs' | 'longestCallMs'>, config: Config) {
  return { capabilities, settleWindowMs: settleWindowMs(config), longestCallMs: longestCallMs(config) };
}
