import * as tf from '@tensorflow/tfjs';
import {equipmentOf, loadEquipment} from '../../../src/backends/loadEquipment.js';
import {watchContext} from '../../../src/backends/webgl/equipment/watchContext.js';
import {captureErrors, watchDevice} from '../../../src/backends/webgpu/equipment/deviceErrors.js';
import {isGood, verify} from '../../../src/verify/index.js';

type Listener = (event: {error: {message: string}}) => void;

/** A fake device that reports errors on demand. */
function fakeDevice(scoped: string | null = null) {
  const listeners = new Set<Listener>();
  return {
    listeners,
    report: (message: string) => listeners.forEach((listener) => void listener({error: {message}})),
    device: {
      queue: {onSubmittedWorkDone: async () => {}},
      addEventListener: (_: string, listener: Listener) => void listeners.add(listener),
      removeEventListener: (_: string, listener: Listener) => void listeners.delete(listener),
      pushErrorScope() {},
      popErrorScope: async () => (scoped === null ? null : {message: scoped}),
    },
  };
}

test('an error of a webgpu device is reported once, and stop() ends listening', () => {
  const {device, report, listeners} = fakeDevice();
  const watch = watchDevice({device});
  report('a shader that is none\n');
  expect(watch.take()).toEqual(['a shader that is none']);
  expect(watch.take()).toEqual([]);
  watch.stop();
  expect(listeners.size).toBe(0);
});

test('errors of a webgl context have names, and earlier ones are dropped', () => {
  const errors = [1282];
  let lost = false;
  const gl = {NO_ERROR: 0, getError: () => errors.shift() ?? 0, isContextLost: () => lost};
  const watch = watchContext({gpgpu: {gl}});
  expect(watch.take()).toEqual([]);
  errors.push(1281, 1286);
  lost = true;
  expect(watch.take()).toEqual(['INVALID_VALUE', 'INVALID_FRAMEBUFFER_OPERATION', 'the context is lost']);
});

test('captureErrors() throws the errors that the device reports', async () => {
  await expect(captureErrors(fakeDevice('bad shader\n at line 3'), async () => 1)).rejects.toThrow(
    'the device reports: bad shader',
  );
  await expect(captureErrors(fakeDevice(), async () => 1)).resolves.toBe(1);
});

describe('a run', () => {
  const backend = () => tf.backend() as unknown as {device?: object};
  const few = {
    problems: ['ih3iw3ic2oc2kh2kw2', 'ih4iw3ic1oc1kh1kw1'],
    backends: ['cpu'],
    oracles: ['reference'],
  } as const;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    // cpu has no device, so it gets the ears of webgpu.
    Object.assign(await loadEquipment('cpu'), {watchDevice});
  });
  afterAll(() => void delete equipmentOf('cpu').watchDevice);
  afterEach(() => {
    delete backend().device;
  });

  it('passes while the device is quiet', async () => {
    backend().device = fakeDevice().device;
    expect(isGood(await verify(few))).toBe(true);
  });

  it.each([
    ['between cases', 1],
    ['after the last', 4],
  ])('fails for a device error %s, with its message and a replay line', async (_, when) => {
    const {device, report, listeners} = fakeDevice();
    backend().device = device;
    let told = 0;
    const found = await verify({
      ...few,
      onProgress: ({done}) => {
        if (done === when && told++ === 0) report('Transpose does not compile\nat line 3');
      },
    });
    expect(isGood(found)).toBe(false);
    const failed = found.results.filter(({status}) => status === 'failed');
    expect(failed).toMatchObject([
      {oracle: 'device', reason: 'the device reported, here or just before: Transpose does not compile'},
    ]);
    expect(failed[0].replay).toContain('--problem');
    expect(failed[0].diagnosis).toBeUndefined();
    expect(listeners.size).toBe(0);
  });
});
