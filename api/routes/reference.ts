import { z } from 'zod';
import { openApiDocument } from '../openapi.ts';
import { operation, type Operation } from '../operation.ts';
import { referencePage } from '../reference-page.ts';

/** The description of all other operations, for machines and for people; made once, at the first request. */
export function referenceRoutes(described: readonly Operation[], serverUrl: string): Operation[] {
  let document: ReturnType<typeof openApiDocument> | undefined;
  const made = () => (document ??= openApiDocument([...described, ...own], serverUrl));
  const own: Operation[] = [
    operation({
      id: 'openApi',
      method: 'get',
      path: '/openapi.json',
      tag: 'operations',
      summary: 'This description (OpenAPI 3.1)',
      permission: 'public',
      responses: { 200: { description: 'OpenAPI document', schema: z.looseObject({ openapi: z.string() }) } },
      handle: () => Promise.resolve({ status: 200, body: made() }),
    }),
    operation({
      id: 'reference',
      method: 'get',
      path: '/docs',
      tag: 'operations',
      summary: 'This description for people; works offline',
      permission: 'public',
      responses: { 200: { description: 'A page', mediaType: 'text/html' } },
      handle: () => Promise.resolve({ status: 200, body: referencePage(made()), headers: { 'Content-Type': 'text/html; charset=utf-8' } }),
    }),
  ];
  return own;
}
