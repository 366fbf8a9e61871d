/** Requests made from an OpenAPI document: one valid body a route, and every way to get one field of it wrong. */

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  minItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
}

export interface OpenApi {
  paths: Record<string, Record<string, Route>>;
  components: { schemas: Record<string, JsonSchema> };
}

interface Route {
  operationId: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  isPublic: boolean;
  /** It takes an Idempotency-Key: whatever may change something does. */
  isWrite: boolean;
  body?: JsonSchema;
  query: { name: string; schema: JsonSchema }[];
}

export function operationsOf(document: OpenApi): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, route]) => {
      const body = route.requestBody?.content['application/json']?.schema;
      return {
        id: route.operationId,
        method: method.toUpperCase(),
        path,
        isPublic: route.security === undefined,
        isWrite: (route.parameters ?? []).some(({ name }) => name === 'Idempotency-Key'),
        query: (route.parameters ?? []).filter((parameter) => parameter.in === 'query'),
        ...(body && body.format !== 'binary' ? { body } : {}),
      };
    }),
  );
}

/** The path with values that name nothing. */
export function somePath(path: string): string {
  return path.replace(/\{\w+\}/g, 'unknown-id');
}

/** Every body that the schema allows to choose between, each with all members. */
export function validBodies(schema: JsonSchema, document: OpenApi): Record<string, unknown>[] {
  const resolved = resolve(schema, document);
  const choices = resolved.oneOf ?? resolved.anyOf;
  return (choices ?? [resolved]).map((choice) => valueOf(choice, document) as Record<string, unknown>);
}

export interface Fault {
  what: string;
  body: unknown;
}

/** One fault each, at every member down to the leaves. */
export function faultyBodies(schema: JsonSchema, document: OpenApi): Fault[] {
  const resolved = resolve(schema, document);
  const choices = resolved.oneOf ?? resolved.anyOf ?? [resolved];
  const whole: Fault[] = [null, 7, 'text', [], [{}]].map((body) => ({ what: `the whole is ${JSON.stringify(body)}`, body }));
  return [...whole, ...choices.flatMap((choice) => faultsIn(resolve(choice, document), valueOf(choice, document), document, ''))];
}

function faultsIn(schema: JsonSchema, value: unknown, document: OpenApi, at: string): Fault[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return schema.items && value.length > 0 ? faultsIn(resolve(schema.items, document), value[0], document, `${at}/0`).map(({ what, body }) => ({ what, body: [body] })) : [];
  const object = value as Record<string, unknown>;
  const choice = schema.oneOf?.find((option) => matches(resolve(option, document), object)) ?? schema;
  const { properties = {}, required = [] } = resolve(choice, document);
  const forbidden = ['status', 'approvedBy', 'entity_', 'person_', 'state', 'constructor'].map((name) => ({ what: `${at}/${name} is unknown`, body: { ...object, [name]: 'x' } }));
  const missing = required.map((name) => ({ what: `${at}/${name} is missing`, body: Object.fromEntries(Object.entries(object).filter(([key]) => key !== name)) }));
  const wrong = Object.entries(properties).flatMap(([name, member]) => wrongValues(resolve(member, document)).map((bad) => ({ what: `${at}/${name} is ${JSON.stringify(bad)?.slice(0, 40)}`, body: { ...object, [name]: bad } })));
  const deeper = Object.entries(properties).flatMap(([name, member]) => faultsIn(resolve(member, document), object[name], document, `${at}/${name}`).map(({ what, body }) => ({ what, body: { ...object, [name]: body } })));
  return [...forbidden, ...missing, ...wrong, ...deeper];
}

function wrongValues(schema: JsonSchema): unknown[] {
  const kinds: Record<string, unknown> = { string: 'text', number: 7, boolean: true, object: {}, array: [], null: null };
  const types = new Set((schema.anyOf ?? schema.oneOf ?? [schema]).flatMap((one) => one.type ?? []).map((type) => (type === 'integer' ? 'number' : type)));
  const others = Object.entries(kinds).filter(([type]) => types.size > 0 && !types.has(type)).map(([, value]) => value);
  const tooLong = schema.maxLength === undefined ? [] : ['x'.repeat(schema.maxLength + 1)];
  const tooShort = schema.minLength === undefined ? [] : [''];
  const misformed = schema.pattern !== undefined || schema.enum !== undefined || schema.format !== undefined ? ['§ not of this form §'] : [];
  return [...others, ...tooLong, ...tooShort, ...misformed];
}

function matches(schema: JsonSchema, value: Record<string, unknown>): boolean {
  return Object.entries(schema.properties ?? {}).every(([name, member]) => member.const === undefined || member.const === value[name]);
}

function valueOf(schema: JsonSchema, document: OpenApi): unknown {
  const resolved = resolve(schema, document);
  if (resolved.const !== undefined) return resolved.const;
  if (resolved.enum) return resolved.enum[0];
  const choice = (resolved.oneOf ?? resolved.anyOf)?.[0];
  if (choice) return valueOf(choice, document);
  switch ([resolved.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(Object.entries(resolved.properties ?? {}).map(([name, member]) => [name, valueOf(member, document)]));
    case 'array':
      return resolved.items ? [valueOf(resolved.items, document)] : [];
    case 'integer':
    case 'number':
      return Math.max(resolved.minimum ?? 1, 1);
    case 'boolean':
      return true;
    default:
      return textOf(resolved);
  }
}

function textOf({ format, pattern, minLength = 1 }: JsonSchema): string {
  if (format === 'date') return '2026-12-31';
  if (format === 'date-time') return new Date(Date.now() + 3_600_000).toISOString();
  if (pattern === undefined) return 'some text'.padEnd(minLength, 'x');
  const known = ['a'.repeat(64), '2026-12-31', '2026-12-31T10:00:00Z', '2026-12-31T10:00:00.000Z', 'DE01', '1', 'EUR', 'some-role'].find((text) => new RegExp(pattern, 'u').test(text));
  if (known === undefined) throw new Error(`no sample fits the pattern ${pattern}`);
  return known;
}

function resolve(schema: JsonSchema, document: OpenApi): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.replace('#/components/schemas/', '');
  const found = document.components.schemas[name];
  if (!found) throw new Error(`no schema ${name}`);
  return resolve(found, document);
}
