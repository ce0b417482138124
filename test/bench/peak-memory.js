// Preloaded into a Node program that is measured: writes its peak memory in MiB to $PEAK_MEMORY when it exits.
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.PEAK_MEMORY, String(process.resourceUsage().maxRSS / 1024)));
