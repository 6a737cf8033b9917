// npm run digest -- [--backend cpu,wasm] [--problems 500] [--json FILE] [--against FILE] [--renamed OLD=NEW,…]
import {readFileSync, writeFileSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {type Digest, differencesOf, digestOf, problemsOf, summaryOf} from './digest.js';
import {open} from './hosts.js';

const {values: flags} = parseArgs({
  options: {
    backend: {type: 'string', default: 'cpu,wasm'},
    problems: {type: 'string', default: '500'},
    json: {type: 'string'},
    against: {type: 'string'},
    renamed: {type: 'string', default: ''},
  },
});
const all = problemsOf(new URL('problems.txt', import.meta.url));
const count = Math.min(Number(flags.problems), all.length);
if (!(count >= 1)) throw new Error(`--problems must be a number from 1 to ${all.length}; got ${flags.problems}`);
// Spread over the whole list, which is in order of kind.
const problems = Array.from({length: count}, (_, i) => all[Math.floor((i * all.length) / count)]!);

const digest: Digest = {};
for (const backend of flags.backend.split(',')) {
  const host = await open(backend, new URL('../../', import.meta.url));
  try {
    digest[backend] = await digestOf(host, backend, problems, (done) => {
      if (done % 25 === 0) process.stderr.write(`${backend}: ${done} of ${problems.length} problems\n`);
    });
  } finally {
    await host.close();
  }
  for (const line of summaryOf(backend, digest[backend])) console.log(line);
}
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(digest, null, 1)}\n`);
if (flags.against !== undefined) {
  const renamed = Object.fromEntries(flags.renamed.split(',').map((pair) => pair.split('=')));
  const lines = differencesOf(JSON.parse(readFileSync(flags.against, 'utf8')), digest, renamed);
  for (const line of lines) console.log(line);
  console.log(lines.length === 0 ? `the same bits as in ${flags.against}` : `${lines.length} differences`);
  process.exitCode = lines.length === 0 ? 0 : 1;
}
