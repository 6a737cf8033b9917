import type {TensorInfo} from '@tensorflow/tfjs';
import type {TensorEpilogue} from '../implementation.js';
import type {Shader, Step} from './step.js';

type EpilogueType = NonNullable<Shader['epilogue']>;

/** WGSL that applies an activation to `value`. Comparisons with NaN are false, so NaN stays NaN. */
const activations: Readonly<Record<string, string>> = {
  linear: 'value',
  relu: 'select(value, T(), value < T())',
  relu6: 'select(select(value, T(), value < T()), T(6.0), value > T(6.0))',
  leakyrelu: 'select(value, uniforms.alpha * value, value < T())',
  prelu: 'select(value, Slopes[AT] * value, value < T())',
};

/** WGSL of the function `epilogue`. */
function textOf(type: EpilogueType, {activation = 'linear', bias}: Partial<TensorEpilogue> = {}): string {
  const at = type === 'f32' ? 'channel' : 'channel >> 2u';
  const after = activations[activation].replaceAll('T(', `${type}(`).replace('AT', at);
  return `
  fn epilogue(sum: ${type}, channel: i32) -> ${type} {
    let value = sum${bias ? ` + Bias[${at}]` : ''};
    return ${after};
  }
`;
}

/** Gives a step the function `epilogue` that its shader calls. Without an epilogue that function returns its argument. */
export function withEpilogue(step: Step, epilogue?: TensorEpilogue): Step {
  const {shader} = step;
  if (!shader.epilogue) return step;
  return epilogue
    ? withTensors(step, epilogue)
    : {...step, shader: {...shader, code: textOf(shader.epilogue) + shader.code}};
}

function withTensors({shader, reads, ...step}: Step, epilogue: TensorEpilogue): Step {
  const {activation, bias, preluActivationWeights: slopes, leakyreluAlpha} = epilogue;
  const type = shader.epilogue as EpilogueType;
  const beside: [string, TensorInfo][] = [
    ...(bias ? [['Bias', bias] as [string, TensorInfo]] : []),
    ...(activation === 'prelu' && slopes ? [['Slopes', slopes] as [string, TensorInfo]] : []),
  ];
  const {components: [...components] = []} = shader;
  const own = shader.inputs.map((_, i) => components[i] ?? 1);
  const lanes = type === 'f32' ? 1 : 4;
  return {
    ...step,
    reads: [...reads, ...beside.map(([, tensor]) => tensor)],
    shader: {
      ...{name: `${shader.name}, ${bias ? 'bias and ' : ''}${activation}`, counter: shader.counter},
      code: textOf(type, epilogue) + shader.code,
      inputs: [...shader.inputs, ...beside.map(([name]) => name)],
      components: [...own, ...beside.map(() => lanes), components[own.length] ?? 1],
    },
    ...(activation === 'leakyrelu' ? {reals: {alpha: [leakyreluAlpha]}} : {}),
  };
}
