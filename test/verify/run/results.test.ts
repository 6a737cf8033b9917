import type * as tf from '@tensorflow/tfjs';
import {verify} from '../../../src/verify/index.js';
import {foreignKernel} from '../oracles/foreign.js';

type Data = {data: {get(id: object): {values: Float32Array}}};
type Spoil = (entry: ReturnType<Data['data']['get']>, result: tf.TensorInfo) => tf.TensorInfo;

test.each<[string, Spoil, RegExp]>([
  ['another type', (_, result) => ({...result, dtype: 'int32'}), /^the result is of type int32, and must be float32$/],
  [
    'values that come later',
    (entry, result) => {
      const {values} = entry;
      entry.values = new Float32Array(values.length);
      void Promise.resolve().then(() => void entry.values.set(values));
      return result;
    },
    /^element \d+ is 0 and must be exactly /,
  ],
])('a result with %s is rejected', async (_, spoil, reason) => {
  foreignKernel('Conv2D', (right) => (params) => {
    const result = right(params);
    return spoil((params.backend as unknown as Data).data.get(result.dataId), result);
  });
  const {results} = await verify({
    ...{backends: ['cpu'], problems: ['ih3iw4ic2oc2kh2kw2'], passes: ['forward'], fills: ['integers']},
    ...{oracles: ['reference'], diagnose: false},
  });
  expect(results.map(({status}) => status)).toEqual(['failed']);
  expect(results[0]!.reason).toMatch(reason);
});
