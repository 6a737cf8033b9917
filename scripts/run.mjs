// `npm start`, `npm test` and `npm run build` begin here. On a fresh clone, each first installs and builds what is missing. This
// is plain Node without dependencies, because it runs before they are installed.
import {compile} from './compile.mjs';
import {install} from './install.mjs';
import {root, run, StepError, say} from './step.mjs';
import {test, testThorough} from './test.mjs';

const commands = {
  build: async () => (await import('./bundle.mjs')).bundle(),
  digest: (args) => run(process.execPath, [`${root}test/digest/run.mjs`, ...args]),
  fuzz: (args) => run(process.execPath, [`${root}test/fuzz/run.mjs`, ...args]),
  mutants: (args) => run(process.execPath, [`${root}test/mutants/run.mjs`, ...args]),
  peer: (args) =>
    run(process.execPath, [`${root}build/cli/main.js`, 'bench', '--peer', `${root}test/peer/onnxruntime.ts`, ...args]),
  start: (args) => run(process.execPath, [`${root}build/cli/main.js`, 'verify', ...args]),
  test,
  'test:thorough': testThorough,
};

try {
  const [name, ...args] = process.argv.slice(2);
  if (!Object.hasOwn(commands, name ?? ''))
    throw new StepError(`usage: node scripts/run.mjs ${Object.keys(commands).join('|')}`, 2);
  checkNode();
  await install();
  await compile();
  process.exitCode = await commands[name](args);
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    throw new StepError(`tfjs-convgrad needs Node 20 or later; this is ${process.version}. See https://nodejs.org.`);
}
