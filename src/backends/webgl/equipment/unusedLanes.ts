import {backend, engine, type Tensor4D, type TensorInfo} from '@tensorflow/tfjs-core';
import type {WebGLProgram} from '../direct/program.js';

/**
 * The same tensor on webgl, with NaN in the unused lanes of its texture. Uploads leave zeros there; other operations of tfjs leave
 * anything.
 */
export function poisonUnusedLanes(tensor: Tensor4D): Tensor4D {
  return perTexel(
    tensor,
    'vec4(value.x, pick(NAN, value.y, lastColumn), pick(NAN, value.z, lastRow), pick(NAN, value.w, unused))',
  );
}

/** Reads the unused lanes of a webgl tensor's texture. Each texel's sum of magnitudes stands at its first element. */
export function unusedLanes(tensor: Tensor4D): Tensor4D {
  const sum = 'pick(abs(value.y), 0., lastColumn) + pick(abs(value.z), 0., lastRow) + pick(abs(value.w), 0., unused)';
  return perTexel(tensor, `vec4(${sum}, 0., 0., 0.)`);
}

/**
 * Runs a shader on each texel. A texel holds two rows by two columns of the last two axes. Past an odd number of either it has lanes that
 * belong to no element.
 */
function perTexel(tensor: Tensor4D, result: string): Tensor4D {
  const userCode = `
    float pick(float yes, float no, bool which) {
      return which ? yes : no;
    }

    void main() {
      ivec4 at = getOutputCoords();
      vec4 value = getX(at.x, at.y, at.z, at.w);
      bool lastRow = at.z + 1 == outShape.z, lastColumn = at.w + 1 == outShape.w, unused = lastRow || lastColumn;
      setOutput(${result});
    }
  `;
  return run(tensor, userCode, true);
}

/** The same tensor on webgl, in a texture with four numbers per texel (`packed`) or one. */
export function repack(tensor: Tensor4D, packed: boolean): Tensor4D {
  const userCode = `
    void main() {
      ivec4 at = getOutputCoords();
      setOutput(getX(at.x, at.y, at.z, at.w));
    }
  `;
  return run(tensor, userCode, packed);
}

function run(tensor: Tensor4D, userCode: string, packed: boolean): Tensor4D {
  const program: WebGLProgram = {
    ...{variableNames: ['X'], outputShape: tensor.shape, userCode, customUniforms: []},
    ...{packedInputs: packed, packedOutput: packed, enableShapeUniforms: true},
  };
  const webgl = backend() as unknown as {
    runWebGLProgram(program: WebGLProgram, inputs: TensorInfo[], dtype: 'float32'): TensorInfo;
  };
  return engine().makeTensorFromTensorInfo(webgl.runWebGLProgram(program, [tensor], 'float32')) as Tensor4D;
}
