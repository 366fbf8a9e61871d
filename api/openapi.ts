import type { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { problemSchema } from './middleware/problem.ts';
import type { Operation } from './operation.ts';

const problemStatuses = { 400: 'The request is not valid', 401: 'No valid identity', 403: 'Not permitted', 404: 'Unknown', 409: 'Conflict with the current state', 413: 'Too large', 415: 'Media type', 422: 'Refused by a rule', 429: 'Too many requests', 503: 'Try again later' };

/** The OpenAPI 3.1 document, made from the same schemas that parse the requests. */
export function openApiDocument(operations: readonly Operation[], serverUrl: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Kontor', version: '1', description: 'Finance processes as durable workflows. Every write takes an `Idempotency-Key`; every error is a problem (RFC 9457) with a code and what to do next.' },
    servers: [{ url: serverUrl }],
    paths,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  });
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  const write = operation.method !== 'get' && operation.permission !== 'public' && !operation.onlyReads;
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description ? { description: operation.description } : {}),
    ...(operation.permission === 'public' ? {} : { security: [{ bearer: [] }] }),
    requestParams: {
      ...(operation.params ? { path: operation.params as z.ZodObject } : {}),
      ...(operation.query ? { query: operation.query as z.ZodObject } : {}),
    },
    ...(write ? { parameters: [{ name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', minLength: 8, maxLength: 200 } }] } : {}),
    ...(operation.body ? { requestBody: requestBody(operation.body) } : {}),
    responses: { ...successes(operation), ...problemResponses() },
  };
}

function requestBody(body: NonNullable<Operation['body']>) {
  if (body.kind === 'json') return { required: true, content: { 'application/json': { schema: body.schema } } };
  return { required: true, content: Object.fromEntries(body.mediaTypes.map((type) => [type, { schema: { type: 'string' as const, format: 'binary' } }])) };
}

function successes(operation: Operation) {
  return Object.fromEntries(
    Object.entries(operation.responses).map(([status, { description, schema, mediaType }]) => [
      status,
      { description, ...(schema || mediaType ? { content: { [mediaType ?? 'application/json']: { schema: schema ?? { type: 'string' as const } } } } : {}) },
    ]),
  );
}

function problemResponses() {
  return Object.fromEntries(Object.entries(problemStatuses).map(([status, description]) => [status, { description, content: { 'application/problem+json': { schema: problemSchema } } }]));
}
