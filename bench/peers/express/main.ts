import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';

/**
 * What one would write first: take the JSON, insert it, say 202. Durable, because the commit is. No identity, no key against repeats, no
 * check of the document, no audit event, no message for a process; express and pg are those of the product.
 */
async function main(): Promise<void> {
  const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 16 });
  await pool.query(`create table if not exists invoices (id uuid primary key, number text not null, seller text not null, gross numeric not null, document jsonb not null, received_at timestamptz not null default now())`);
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '1mb' }));
  app.post('/invoices', async (request, response) => {
    const invoice = request.body as { number: string; seller: { name: string }; totals: { gross: { minor: string } } };
    const id = randomUUID();
    await pool.query({ name: 'insert', text: 'insert into invoices (id, number, seller, gross, document) values ($1, $2, $3, $4, $5)', values: [id, invoice.number, invoice.seller.name, invoice.totals.gross.minor, JSON.stringify(invoice)] });
    response.status(202).location(`/invoices/${id}`).json({ id });
  });
  const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ ready: true, service: 'express', port: (server.address() as AddressInfo).port })));
  process.once('SIGTERM', () => {
    server.close(() => void pool.end().then(() => process.exit(0)));
    server.closeAllConnections();
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
