/**
 * Loaded into a program before it begins (`--import`): the time of day that it reads is wrong by CLOCK_AHEAD_MS. Timers and `performance.now` run as before,
 * and the processes of a worker have a `Date` of their own, which the engine sets. One line says what the program takes for the time.
 */
import { isMainThread } from 'node:worker_threads';

const aheadMs = Number(process.env.CLOCK_AHEAD_MS);
const RightDate = Date;
const rightNow = Date.now;
const now = () => rightNow() + aheadMs;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
  apply: () => new RightDate(now()).toString(),
  get: (target, name, self) => (name === 'now' ? now : Reflect.get(target, name, self)),
});
RightDate.prototype.constructor = globalThis.Date;

if (isMainThread) console.log(JSON.stringify({ clock: new Date().toISOString() }));
