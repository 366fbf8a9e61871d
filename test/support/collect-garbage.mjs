/**
 * Loaded into a worker before its program (`--import`). On SIGUSR2 the thread of its workflows and then its own let go of what nobody needs any more, and a
 * line says what is left: `{"collected":true,"megabytes":285}`. Without that, growth says only that nobody has asked the collector yet.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const channel = new BroadcastChannel('collect-garbage');
channel.unref();

if (isMainThread) {
  process.on('SIGUSR2', () => channel.postMessage('collect'));
  channel.onmessage = ({ data }) => {
    if (data !== 'collected') return;
    collect();
    console.log(JSON.stringify({ collected: true, megabytes: Math.round(process.memoryUsage.rss() / 1024 / 1024) }));
  };
} else {
  channel.onmessage = ({ data }) => {
    if (data !== 'collect') return;
    collect();
    channel.postMessage('collected');
  };
}
