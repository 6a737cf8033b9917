import {root, shell} from '../cli/command.js';

it.each(['webgl', 'webgpu'])('finds no fault on %s in 60 random calls', async (backend) => {
  const {code, stdout} = await shell(`node test/fuzz/run.mjs --backend ${backend} --calls 60 --seed 3`, root);
  expect(stdout).toMatch(new RegExp(`^${backend}: 60 calls from seed 3: .*, 0 fault$`, 'm'));
  expect(code).toBe(0);
});
