/**
 * Who may import whom. A folder is a wall: `values` may be imported in full, `types` only as types. Project folders are
 * named by their path, packages as `npm:name`, built-in modules as `node:*`. The longest matching `from` decides.
 */
export interface Wall {
  from: string;
  values: string[];
  types?: string[];
  why: string;
}

const pure = ['domain/rules', 'domain/errors', 'domain/errors.ts', 'domain/calendar', 'npm:dinero.js'];

export const walls: Wall[] = [
  { from: 'domain/rules', values: pure, types: ['domain'], why: 'rules are evaluated inside workflows: pure, small, without schema libraries' },
  { from: 'domain/rules/screening', values: [...pure, 'npm:any-ascii'], types: ['domain'], why: 'see docs/decisions/screening-libraries.md' },
  { from: 'domain/errors', values: ['domain/errors'], types: ['domain'], why: 'the catalogue is data' },
  { from: 'domain/errors.ts', values: ['domain/errors'], types: ['domain'], why: 'the catalogue is data' },
  { from: 'domain/calendar', values: ['domain/calendar'], types: ['domain'], why: 'dates are arithmetic' },
  { from: 'domain', values: ['domain', 'npm:zod'], why: 'the domain knows nobody' },
  { from: 'documents', values: ['documents', 'domain', 'node:*', 'npm:libxml2-wasm', 'npm:unpdf', 'npm:csv-parse', 'npm:saxes', 'npm:yaml', 'npm:zod'], why: 'readers are pure: bytes in, object out' },
  { from: 'workflows/contracts', values: ['workflows/contracts', 'npm:@temporalio/workflow'], types: ['domain'], why: 'what others need to know of a process' },
  {
    from: 'workflows',
    values: [...pure, 'workflows', 'temporal-config/queues.ts', 'temporal-config/retry-profiles.ts', 'temporal-config/search-attributes.ts', 'npm:@temporalio/workflow'],
    types: ['domain', 'activities'],
    why: 'everything here is replayed and kept once per cached process',
  },
  { from: 'activities', values: ['activities', 'domain', 'db', 'node:*', 'npm:@temporalio/activity', 'npm:zod'], types: ['adapters/ports', 'workflows/contracts', 'temporal-config'], why: 'see docs/decisions/activities-use-repositories.md' },
  { from: 'adapters/ports', values: ['adapters/ports', 'domain', 'npm:zod'], why: 'a port is an interface' },
  { from: 'adapters/tools', values: ['adapters/tools', 'adapters/ports', 'domain', 'node:*', 'npm:zod'], why: 'what wraps every adapter' },
  { from: 'adapters/registry.ts', values: ['adapters', 'domain'], why: 'the one list of adapters' },
  { from: 'adapters/bank', values: ['adapters/bank/transport', 'adapters/ports', 'adapters/tools', 'domain', 'node:*', 'npm:*'], why: 'formats of banks share the ways to a bank, and nothing else' },
  { from: 'adapters', values: ['adapters/ports', 'adapters/tools', 'domain', 'node:*', 'npm:*'], why: 'adapters never meet each other' },
  { from: 'db', values: ['db', 'domain', 'node:*', 'npm:knex', 'npm:pg', 'npm:zod'], why: 'the database knows the domain and nothing else of ours' },
  { from: 'temporal-config', values: ['temporal-config', 'domain', 'workflows/contracts', 'node:*', 'npm:@temporalio/*', 'npm:jose', 'npm:yaml', 'npm:zod'], types: ['bin'], why: 'how we speak to the process engine' },
  {
    from: 'api',
    values: ['api', 'domain', 'documents', 'workflows/contracts', 'db', 'temporal-config', 'node:*', 'npm:*'],
    types: ['workflows', 'activities'],
    why: 'the API lets people in; it never touches an adapter',
  },
  { from: 'sandbox', values: ['sandbox', 'domain', 'node:*', 'npm:express', 'npm:saxes', 'npm:zod'], types: ['adapters/ports'], why: 'a counterpart is a foreign system: it shares nothing that it could excuse itself with' },
];

/** Folders that compose or look at everything. */
export const free = ['workers', 'bin', 'bench', 'test'];
