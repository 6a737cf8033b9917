import {join} from 'node:path';
import {direct} from '../../src/algorithms/direct.js';
import {realClock} from '../../src/bench/clock.js';
import {shapeOf, sizeOf} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {root, start} from '../cli/command.js';
import {userFiles} from '../support/userFiles.js';
import {type OnnxRuntime, onnxPeer} from './onnxPeer.js';
import makePeer from './onnxruntime.js';

const info = problemInfo(parseProblem('mb2ih6iw5ic3oc4kh3kw2-same'));
const x = Float32Array.from({length: sizeOf(info, 'x')}, (_, i) => (i % 7) - 3);
const filter = Float32Array.from({length: sizeOf(info, 'filter')}, (_, i) => (i % 5) - 2);

/** A fake runtime that computes the right result, changed by `spoil`. */
function runtime(spoil: (value: number) => number): OnnxRuntime & {released: number; fed: Record<string, number[]>[]} {
  const [n, h, w, F] = shapeOf(info, 'y');
  const y = new Float32Array(sizeOf(info, 'y'));
  direct.forward?.(info, x, filter, y, undefined as never);
  const turned = Float32Array.from(y, (_, to) => {
    const [pixel, plane] = [to % (h * w), Math.floor(to / (h * w))];
    return spoil(y[(Math.floor(plane / F) * h * w + pixel) * F + (plane % F)]);
  });
  const self = {
    released: 0,
    fed: [] as Record<string, number[]>[],
    Tensor: class {
      constructor(
        readonly type: string,
        readonly data: Float32Array,
        readonly dims: readonly number[],
      ) {}
    } as unknown as OnnxRuntime['Tensor'],
    InferenceSession: {
      create: async () => ({
        async run(feeds: Record<string, {data: ArrayLike<number>; dims: readonly number[]}>) {
          self.fed.push(Object.fromEntries(Object.entries(feeds).map(([name, {data}]) => [name, Array.from(data)])));
          return {y: {data: turned, dims: [n, F, h, w]}};
        },
        async release() {
          self.released++;
        },
      }),
    },
  };
  return self;
}

test('the peer gets inputs in its layout and runs when its result agrees', async () => {
  const fake = runtime((value) => value);
  const {call, close} = await onnxPeer(fake, '1', 1, realClock).open(info, x, filter);
  expect(await call()).toBeGreaterThanOrEqual(0);
  await close();
  expect(fake.released).toBe(1);
  const [{x: images, filter: weights}] = fake.fed;
  // x[1, 2, 3, 1] and filter[2, 1, 0, 3].
  expect(images[((1 * 3 + 1) * 6 + 2) * 5 + 3]).toBe(x[((1 * 6 + 2) * 5 + 3) * 3 + 1]);
  expect(weights[((3 * 3 + 0) * 3 + 2) * 2 + 1]).toBe(filter[((2 * 2 + 1) * 3 + 0) * 4 + 3]);
});

test.each([(value: number) => value + 1, () => Number.NaN])(
  'a peer with a different result is refused',
  async (spoil) => {
    await expect(onnxPeer(runtime(spoil), '1', 1, realClock).open(info, x, filter)).rejects.toThrow(
      /where convgrad has/,
    );
  },
);

const file = userFiles({'abacus.mjs': 'export const beads = 10;'});

test('a module without a peer is an error', async () => {
  const {code, stderr} = await start('bench', '--backend', 'cpu', '--peer', file('abacus.mjs')).ended;
  expect(stderr).toContain(`--peer: ${file('abacus.mjs')} has no default export that makes a peer; see docs/bench.md.`);
  expect(code).toBe(2);
});

test('a missing runtime gives a message', async () => {
  const found = await makePeer({threads: 1, clock: realClock});
  if (typeof found === 'string')
    expect(found).toMatch(/^onnxruntime-node (is not installed here; run npm install .*|cannot be loaded: )/);
  else expect(found).toMatchObject({name: expect.stringMatching(/^onnxruntime-node \d/), threads: 1});
});

// In its own process, because the package rejects arrays from the jest sandbox.
test('onnxruntime-node is timed if installed; otherwise a message says so and bench continues', async () => {
  const problems = ['mb2ih9iw8ic5oc7kh3kw2sh2sw1-pt1pb0pl2pr1', 'ih9iw8ic4oc8kh3kw3sh2sw2-same-depthwise'];
  const flags = [
    '--backend',
    'cpu',
    '--pass',
    'forward',
    '--rounds',
    '1',
    '--peer',
    join(root, 'test/peer/onnxruntime.ts'),
  ];
  const asked = problems.flatMap((problem) => ['--problem', problem]);
  const {code, stdout, stderr} = await start('bench', ...flags, ...asked).ended;
  expect(code).toBe(0);
  expect(stdout).toContain('2 rows measured');
  const isThere = /native: onnxruntime-node \d/.test(stdout);
  expect(stderr.includes('The peer is not timed: onnxruntime-node ')).toBe(!isThere);
});
