import { KontorError } from '../../domain/errors.ts';
import { cancelled, exchangeOnce, noAnswerInTime, noConnectionInTime } from './http-exchange.ts';
import type { AdapterTools, ExchangeAnswer, ExchangeRequest } from '../ports/definition.ts';

/** Errors that say that no connection came about: nothing was sent, so even an effect has certainly not happened. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', noConnectionInTime]);
/** These say so only of connecting: a way that is lost later ends a connection that may have carried the request. */
const noWay = new Set(['EHOSTUNREACH', 'ENETUNREACH']);

/**
 * The network as adapters see it. One attempt, no redirects, one deadline for connection and body together. Messages name
 * the purpose and the host; URL parameters, bodies and foreign error texts stay out of them, because they carry data.
 */
export function createAdapterTools(options: { now?: () => Date } = {}): AdapterTools {
  const now = options.now ?? (() => new Date());
  return { now, exchange };

  async function exchange(request: ExchangeRequest): Promise<ExchangeAnswer> {
    const answer = await attempt(request);
    if (answer.status === 429) throw new KontorError('counterpart-throttled', `${place(request)}: asked to slow down`, { retryAfterMs: retryAfterMs(answer.headers, now()) });
    if (answer.status >= 500 || answer.status === 408) throw noAnswer(request, `answered ${answer.status}`);
    return answer;
  }

  async function attempt(request: ExchangeRequest): Promise<ExchangeAnswer> {
    const { method, url, body, timeoutMs, context } = request;
    try {
      return await exchangeOnce({ method, url, body, timeoutMs, signal: context.signal, headers: { ...request.headers, 'x-correlation-id': context.correlationId } });
    } catch (error) {
      const code = networkCode(error);
      if (code === noAnswerInTime) throw noAnswer(request, `no answer within ${timeoutMs} ms`);
      if (code === cancelled) throw noAnswer(request, 'the call was cancelled before an answer came');
      if (neverSent.has(code) || (noWay.has(code) && whileConnecting(error))) throw new KontorError('counterpart-unavailable', `${place(request)}: no connection (${code})`);
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

/** The system's short code of a network error, `ECONNRESET`; never its text. */
function networkCode(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code: unknown = Reflect.get(cause, 'code');
    if (typeof code === 'string' && /^[A-Z_]+$/.test(code)) return code;
  }
  return 'UNKNOWN';
}

/** The addresses of a host are tried in turn; when none answers, the error holds one for each. */
function whileConnecting(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(whileConnecting);
  return error instanceof Error && Reflect.get(error, 'syscall') === 'connect';
}

/** Retry-After in seconds or as a date (RFC 9110); one second where it is missing or unreadable. */
function retryAfterMs(headers: ExchangeAnswer['headers'], now: Date): number {
  const text = headers.get('retry-after') ?? '';
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 1000 : Math.max(0, date - now.getTime());
}
