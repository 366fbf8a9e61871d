import { run } from '../../bin/verbs/screen.ts';

/** Entry of a process that runs `kontor screen` and hands back what it cost: its memory is its own. */
await run(process.argv.slice(2));
const { user, system } = process.cpuUsage();
process.send?.({ cpuSeconds: (user + system) / 1e6, peakMegabytes: process.resourceUsage().maxRSS / 1024 }, () => process.exit(0));
