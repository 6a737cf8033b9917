import {root, shell, start} from '../cli/command.js';

const mutants = (...args: string[]) => shell(['node', 'test/mutants/run.mjs', ...args].join(' '), root);
const problem = 'mb2ih5iw7ic3oc5kh3kw2-pt2pb1pl0pr3';

test.each(['webgl', 'webgpu'])(
  'there is no false alarm on %s: the right shaders pass where mutants fall',
  async (backend) => {
    const problems = [problem, problem.replace(/-.*/, '-pt1pb2pl3pr0')].flatMap((text) => ['--problem', text]);
    const {code, stdout} = await start('verify', '--backend', backend, ...problems).ended;
    expect({code, stdout}).toEqual({code: 0, stdout: expect.stringContaining(' 0 failed')});
  },
);

test.each([
  ['webgl-unused-lanes-forward', "NaN in the unused lanes of the inputs' textures"],
  ['webgl-unused-lanes-written', "unused lanes of the result's texture are not zero"],
  ['bias-last-row', 'dBias of conv2dBackward: element'],
  ['webgpu-last-thread', 'where the buffers of results hold NaN before'],
  ['bias-last-row', 'dBias of conv2dBackward: element', 'webgpu'],
])(
  '%s is killed by name, in a process of its own',
  async (mutant, reason, backend = mutant.startsWith('webgpu') ? 'webgpu' : 'webgl') => {
    const args = ['--only', mutant, '--backend', backend, '--problem', problem, '--oracle', 'poison,bias'];
    const {code, stdout} = await mutants(...args);
    expect({code, stdout}).toEqual({code: 0, stdout: expect.stringContaining(reason)});
    expect(stdout).toContain(` killed / planted: 1 / 1, seed 1`);
    expect(stdout).toContain(` --only ${mutant} --backend ${backend} --problem `);
  },
);
