import type { openApiDocument } from './openapi.ts';

type Document = ReturnType<typeof openApiDocument>;
interface Shown {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: unknown }[];
  requestBody?: { content: Record<string, { schema?: unknown }> };
  responses?: Record<string, { description: string; content?: Record<string, { schema?: unknown }> }>;
}

const style = `
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:62rem;padding:1rem 1.5rem;color:#1a1a1a;background:#fff}
h1{margin-bottom:.2rem}h2{margin-top:2.5rem;border-bottom:2px solid #ccc}h3{margin:1rem 0 .3rem}
details{border:1px solid #ccc;border-radius:6px;margin:.4rem 0;padding:.4rem .8rem}summary{cursor:pointer;min-height:24px}
code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#f4f4f4;padding:.8rem;overflow:auto;border-radius:4px}
.verb{display:inline-block;min-width:3.6rem;font-weight:700;text-transform:uppercase}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid #ddd}
nav a{margin-right:1rem}@media(prefers-color-scheme:dark){body{background:#16181c;color:#e8e8e8}pre{background:#22252b}a{color:#9cc4ff}}`;

/** The API reference as one page without scripts: it works offline and under the strictest content policy. */
export function referencePage(document: Document): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) => Object.entries(item as Record<string, Shown>).map(([method, operation]) => ({ path, method, operation })));
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'other'))];
  const schemas = Object.entries(document.components?.schemas ?? {});
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Kontor API</title><style>${style}</style></head><body>
<h1>Kontor API</h1><p>${text(document.info.description ?? '')} The machine-readable form is <a href="/openapi.json">/openapi.json</a>.</p>
<nav>${[...tags, 'schemas'].map((tag) => `<a href="#${text(tag)}">${text(tag)}</a>`).join('')}</nav>
${tags.map((tag) => `<h2 id="${text(tag)}">${text(tag)}</h2>${operations.filter(({ operation }) => (operation.tags?.[0] ?? 'other') === tag).map(operationBlock).join('')}`).join('')}
<h2 id="schemas">schemas</h2>${schemas.map(([name, schema]) => `<details id="schema-${text(name)}"><summary><code>${text(name)}</code></summary>${shape(schema)}</details>`).join('')}
</body></html>`;
}

function operationBlock({ path, method, operation }: { path: string; method: string; operation: Shown }): string {
  return `<details id="${text(operation.operationId ?? '')}"><summary><span class="verb">${text(method)}</span> <code>${text(path)}</code> – ${text(operation.summary ?? '')}</summary>
${operation.description ? `<p>${text(operation.description)}</p>` : ''}<p>${operation.security ? 'Needs <code>Authorization: Bearer …</code>' : 'Public'}</p>
${parameters(operation.parameters ?? [])}
${operation.requestBody ? `<h3>Body</h3>${contents(operation.requestBody.content)}` : ''}
<h3>Answers</h3><table>${Object.entries(operation.responses ?? {}).map(([status, response]) => `<tr><th scope="row">${text(status)}</th><td>${text(response.description)}${status.startsWith('2') && response.content ? contents(response.content) : ''}</td></tr>`).join('')}</table></details>`;
}

function parameters(list: NonNullable<Shown['parameters']>): string {
  if (list.length === 0) return '';
  const rows = list.map(({ name, in: place, required, description, schema }) => `<tr><td><code>${text(name)}</code></td><td>${text(place)}${required ? ', required' : ''}</td><td>${text(description ?? '')} <code>${text(JSON.stringify(schema ?? {}))}</code></td></tr>`);
  return `<h3>Parameters</h3><table><tr><th>name</th><th>where</th><th>meaning</th></tr>${rows.join('')}</table>`;
}

function contents(content: Record<string, { schema?: unknown }>): string {
  return Object.entries(content).map(([type, { schema }]) => `<p><code>${text(type)}</code></p>${schema ? shape(schema) : ''}`).join('');
}

/** The JSON schema, with its references as links. */
function shape(schema: unknown): string {
  return `<pre>${text(JSON.stringify(schema, null, 2)).replace(/#\/components\/schemas\/(\w+)/g, '<a href="#schema-$1">$1</a>')}</pre>`;
}

function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
