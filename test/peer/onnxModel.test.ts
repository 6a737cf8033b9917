import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {onnxModel} from './onnxModel.js';

/** The fields of a message in order: their numbers, and numbers or bytes. */
function fieldsOf(bytes: Uint8Array): {of: number; value: number | Uint8Array}[] {
  const fields: {of: number; value: number | Uint8Array}[] = [];
  let at = 0;
  const varint = () => {
    let [value, scale] = [0, 1];
    for (; bytes[at] >= 128; scale *= 128) value += (bytes[at++] - 128) * scale;
    return value + bytes[at++] * scale;
  };
  while (at < bytes.length) {
    const key = varint();
    const length = varint();
    if (key % 8 === 0) fields.push({of: key >> 3, value: length});
    else {
      fields.push({of: key >> 3, value: bytes.subarray(at, at + length)});
      at += length;
    }
  }
  return fields;
}

const all = (bytes: Uint8Array, of: number) =>
  fieldsOf(bytes).flatMap((field) => (field.of === of ? [field.value] : []));
const inside = (bytes: Uint8Array, ...path: number[]): Uint8Array =>
  path.reduce((within, of) => all(within, of)[0] as Uint8Array, bytes);
const text = (bytes: number | Uint8Array) => new TextDecoder().decode(bytes as Uint8Array);

function read(problem: string) {
  const graph = inside(onnxModel(problemInfo(parseProblem(problem))), 7);
  const node = inside(graph, 1);
  const attributes = Object.fromEntries(
    all(node, 5).map((bytes) => {
      const [lists, single] = [all(bytes as Uint8Array, 8), all(bytes as Uint8Array, 3)];
      return [text(all(bytes as Uint8Array, 1)[0]), lists.length > 0 ? lists : single[0]];
    }),
  );
  const values = [...all(graph, 11), ...all(graph, 12)].map((bytes) => {
    const shape = inside(bytes as Uint8Array, 2, 1, 2);
    return [text(all(bytes as Uint8Array, 1)[0]), all(shape, 1).map((size) => all(size as Uint8Array, 1)[0])];
  });
  return {operator: text(all(node, 4)[0]), names: [...all(node, 1), ...all(node, 2)].map(text), attributes, values};
}

test('the model is one convolution with the shapes and attributes of the problem', () => {
  expect(read('mb2ih300iw17ic5oc7kh3kw2sh2sw1dh1dw3-pt1pb0pl2pr4')).toEqual({
    operator: 'Conv',
    names: ['x', 'filter', 'y'],
    // Rows that no window reaches are not padded.
    attributes: {strides: [2, 1], dilations: [1, 3], pads: [1, 2, 0, 4], group: 1},
    values: [
      ['x', [2, 5, 300, 17]],
      ['filter', [7, 5, 3, 2]],
      ['y', [2, 7, 150, 20]],
    ],
  });
});

test('a depthwise convolution has a group for each channel', () => {
  const {attributes, values} = read('ih9iw8ic4oc8kh3kw3-same-depthwise');
  expect(attributes).toMatchObject({group: 4});
  expect(values).toEqual([
    ['x', [1, 4, 9, 8]],
    ['filter', [8, 1, 3, 3]],
    ['y', [1, 8, 9, 8]],
  ]);
});
