import { KontorError } from '../../domain/errors.ts';
import type { AdapterTools, ExchangeAnswer, ExchangeRequest } from '../ports/definition.ts';

const largestAnswer = 20 * 1024 * 1024;

/** Errors that say that no connection came about: nothing was sent, so even an effect has certainly not happened. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * The network as adapters see it. One attempt, no redirects, one deadline for connection and body together. Messages name
 * the purpose and the host; URL parameters, bodies and foreign error texts stay out of them, because they carry data.
 */
export function createAdapterTools(options: { fetch?: typeof fetch; now?: () => Date } = {}): AdapterTools {
  const send = options.fetch ?? fetch;
  const now = options.now ?? (() => new Date());
  return { now, exchange };

  async function exchange(request: ExchangeRequest): Promise<ExchangeAnswer> {
    const answer = await attempt(request);
    if (answer.status === 429) throw new KontorError('counterpart-throttled', `${place(request)}: asked to slow down`, { retryAfterMs: retryAfterMs(answer.headers, now()) });
    if (answer.status >= 500 || answer.status === 408) throw noAnswer(request, `answered ${answer.status}`);
    return answer;
  }

  async function attempt(request: ExchangeRequest): Promise<ExchangeAnswer> {
    const deadline = AbortSignal.timeout(request.timeoutMs);
    try {
      const response = await send(request.url, {
        method: request.method,
        headers: { ...request.headers, 'x-correlation-id': request.context.correlationId },
        body: request.body,
        redirect: 'manual',
        signal: request.context.signal ? AbortSignal.any([deadline, request.context.signal]) : deadline,
      });
      return { status: response.status, headers: response.headers, text: await readText(response) };
    } catch (error) {
      if (deadline.aborted) throw noAnswer(request, `no answer within ${request.timeoutMs} ms`);
      if (request.context.signal?.aborted) throw noAnswer(request, 'the call was cancelled before an answer came');
      const code = networkCode(error);
      if (neverSent.has(code)) throw new KontorError('counterpart-unavailable', `${place(request)}: no connection (${code})`);
      throw noAnswer(request, `the connection was lost (${code})`);
    }
  }
}

function noAnswer(request: ExchangeRequest, what: string): KontorError {
  return new KontorError(request.operation === 'effect' ? 'outcome-unknown' : 'counterpart-unavailable', `${place(request)}: ${what}`);
}

function place({ purpose, url }: ExchangeRequest): string {
  return `${purpose} at ${url.host}`;
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > largestAnswer) throw Object.assign(new Error('answer too large'), { code: 'ANSWER_TOO_LARGE' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The system's short code of a network error, `ECONNRESET`; never its text. */
function networkCode(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code: unknown = Reflect.get(cause, 'code');
    if (typeof code === 'string' && /^[A-Z_]+$/.test(code)) return code;
  }
  return 'UNKNOWN';
}

/** Retry-After in seconds or as a date (RFC 9110); one second where it is missing or unreadable. */
function retryAfterMs(headers: Headers, now: Date): number {
  const text = headers.get('retry-after') ?? '';
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 1000 : Math.max(0, date - now.getTime());
}
