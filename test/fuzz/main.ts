// npm run fuzz -- [--backend cpu,wasm] [--calls 1000] [--seed 1] [--entry NAME] [--path PATH]
import {parseArgs} from 'node:util';
import {type CampaignResult, campaign, type FuzzFinding} from './campaign.js';
import {entries} from './entries.js';
import {pages, processes, restarting} from './hosts.js';

const {values: flags} = parseArgs({
  options: {
    backend: {type: 'string', default: 'cpu,wasm'},
    calls: {type: 'string', default: '1000'},
    seed: {type: 'string', default: String(Date.now() % 2 ** 31)},
    entry: {type: 'string'},
    path: {type: 'string'},
  },
});
const backends = flags.backend.split(',');
const [calls, seed] = [wholeNumber('calls'), wholeNumber('seed')];
const chosen = flags.entry?.split(',');
const repository = new URL('../../', import.meta.url);

const unknown = [
  ...backends.filter((name) => !['cpu', 'wasm', 'webgl', 'webgpu'].includes(name)),
  ...(chosen ?? []).filter((name) => !(name in entries)),
];
if (unknown.length > 0) usage(`unknown: ${unknown.join(', ')}; entries are ${Object.keys(entries).join(', ')}`);

let faults = 0;
for (const backend of backends) faults += report(backend, await fuzz(backend));
process.exitCode = faults > 0 ? 1 : 0;

async function fuzz(backend: string): Promise<CampaignResult> {
  const rooms = await (['cpu', 'wasm'].includes(backend) ? processes : pages)(repository);
  const [subject, alone] = [await restarting(rooms.open(backend, true)), await restarting(rooms.open(backend, false))];
  let told = Date.now();
  try {
    return await campaign(subject, alone, {
      ...{seed, path: flags.path, entries: chosen},
      calls: Math.ceil(calls / backends.length),
      onFinding: (finding) => tell(backend, finding),
      onProgress(done, findings) {
        if (Date.now() - told < 5000) return;
        told = Date.now();
        process.stderr.write(`${backend}: ${done} calls, ${findings.length} kinds of fault\n`);
      },
    });
  } finally {
    await Promise.all([subject.close(), alone.close()]);
    await rooms.close();
  }
}

/** A kind of fault, when it is found. */
function tell(backend: string, {fault, call, seed, path}: FuzzFinding): void {
  const only = chosen ? ` --entry '${chosen.join()}'` : '';
  console.log(`${backend}, ${call.entry}, ${call.kind}: ${fault}`);
  console.log(`  ${shown(call)}`);
  console.log(`  npm run fuzz -- --backend ${backend} --seed ${seed} --path ${path}${only}\n`);
}

/** @returns how many kinds of fault there are */
function report(backend: string, {seed, calls, kinds, findings}: CampaignResult): number {
  const counts = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
  console.log(`${backend}: ${calls} calls from seed ${seed}: ${counts.join(', ')}`);
  for (const {fault, call, count} of findings) console.log(`  ${count} calls: ${call.entry}, ${call.kind}: ${fault}`);
  return findings.length;
}

/** JSON, extended by values that JSON lacks. */
function shown(call: object): string {
  const odd = (_key: string, value: unknown) =>
    value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? `‹${value}›` : value;
  return JSON.stringify(call, odd);
}

function wholeNumber(name: 'calls' | 'seed'): number {
  const number = Number(flags[name]);
  return Number.isSafeInteger(number) && number >= 0 ? number : usage(`--${name} must be a whole number`);
}

function usage(problem: string): never {
  console.error(
    `fuzz: ${problem}\nusage: npm run fuzz -- [--backend cpu,wasm,webgl,webgpu] [--calls 1000] [--seed 1] [--entry NAME]`,
  );
  process.exit(2);
}
