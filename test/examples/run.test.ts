import {cpSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {root, shell} from '../cli/command.js';
import {userFiles} from '../support/userFiles.js';

const clone = userFiles({})('.');

test('lists the examples when none is named', async () => {
  const {code, stderr} = await shell('node examples/run.mjs', root);
  expect({code, stderr}).toEqual({
    code: 2,
    stderr:
      'usage: node examples/run.mjs check-your-own-gradient|saliency|swap-into-a-model|train-real-models|your-own-rule\n',
  });
});

test('an example in a clone without build/ says to build first', async () => {
  const examples = join(clone, 'examples');
  mkdirSync(examples);
  for (const file of ['run.mjs', 'swap-into-a-model.ts']) cpSync(join(root, 'examples', file), join(examples, file));
  expect(await shell('node examples/run.mjs swap-into-a-model', clone)).toEqual({
    code: 2,
    stdout: '',
    stderr: 'build/ is missing; run `npm run build` first, which installs what it needs.\n',
  });
});
