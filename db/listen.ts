import pg from 'pg';

export interface Listener {
  close(): Promise<void>;
}

/**
 * Calls `onNotify` whenever the channel is notified, on a connection of its own that is opened again when it breaks.
 * It is called once after each (re)connection too: something may have been missed meanwhile.
 */
export async function listen(databaseUrl: string, channel: string, onNotify: () => void): Promise<Listener> {
  if (!/^[a-z_]+$/.test(channel)) throw new RangeError(`not a channel name: ${channel}`);
  let closed = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const fresh = new pg.Client({ connectionString: databaseUrl, application_name: `kontor-listen-${channel}`, keepAlive: true });
    fresh.on('notification', onNotify);
    fresh.on('error', () => undefined); // `end` follows and reconnects
    fresh.on('end', reconnect);
    await fresh.connect();
    await fresh.query(`listen ${channel}`);
    client = fresh;
    onNotify();
  }

  function reconnect(): void {
    client = undefined;
    if (closed || retry !== undefined) return;
    retry = setTimeout(() => {
      retry = undefined;
      connect().catch(reconnect);
    }, 500);
  }

  await connect();
  return {
    async close() {
      closed = true;
      clearTimeout(retry);
      await client?.end();
    },
  };
}
