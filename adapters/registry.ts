import { KontorError } from '../domain/errors.ts';
import { sandboxErp } from './erp/sandbox/index.ts';
import type { AdapterDefinition, AdapterTools } from './ports/definition.ts';
import { erpOperations, type ErpPort } from './ports/erp.ts';
import { screeningOperations, type ScreeningPort } from './ports/screening.ts';
import { sandboxScreening } from './screening/sandbox/index.ts';
import type { Guard } from './tools/guard.ts';

/** The adapters of this installation, by the name that an entity's file gives them. A new adapter is one line here. */
const erpAdapters = new Map([sandboxErp].map((definition) => [definition.name, openable(definition)]));
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

function openable<Config>(definition: AdapterDefinition<ErpPort, Config>) {
  return (settings: unknown, tools: AdapterTools, guard: Guard): OpenedErp => {
    const parsed = definition.config.safeParse(settings);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new KontorError('request-invalid', `settings of ERP adapter ${definition.name}: ${issue?.message}`, { place: { path: ['erp', 'settings', ...(issue?.path ?? [])].join('.') } });
    }
    const erp = guard.wrap(definition.create(parsed.data, tools), erpOperations, definition.counterpart(parsed.data));
    return { erp, capabilities: definition.capabilities, settleWindowMs: definition.settleWindowMs(parsed.data), longestCallMs: definition.longestCallMs(parsed.data) };
  };
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

function openableScreening<Config>(definition: AdapterDefinition<ScreeningPort, Config>) {
  return (settings: unknown, tools: AdapterTools, guard: Guard): OpenedScreening => {
    const parsed = definition.config.safeParse(settings);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new KontorError('request-invalid', `settings of screening adapter ${definition.name}: ${issue?.message}`, { place: { path: ['screening', 'settings', ...(issue?.path ?? [])].join('.') } });
    }
    return { screening: guard.wrap(definition.create(parsed.data, tools), screeningOperations, definition.counterpart(parsed.data)), longestCallMs: definition.longestCallMs(parsed.data) };
  };
}
