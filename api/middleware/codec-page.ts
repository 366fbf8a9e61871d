import type { RequestHandler } from 'express';

/** Under it Temporal Web asks for decoded payloads. */
export const codecPath = '/codec';

/**
 * Lets the pages of one origin, that of Temporal Web, read what is under the codec's path; every other page gets no word of permission
 * and its browser keeps the answer from it (S18). The browser's question beforehand is answered here, because it carries no token.
 */
export function allowCodecPage(origin: string): RequestHandler {
  return (request, response, next) => {
    response.vary('Origin');
    if (request.header('origin') === origin) {
      response.set({ 'Access-Control-Allow-Origin': origin, 'Cross-Origin-Resource-Policy': 'cross-origin' });
      if (request.method === 'OPTIONS') response.set({ 'Access-Control-Allow-Methods': 'POST', 'Access-Control-Allow-Headers': 'authorization, content-type, x-namespace', 'Access-Control-Max-Age': '600' });
    }
    if (request.method === 'OPTIONS') response.status(204).end();
    else next();
  };
}
