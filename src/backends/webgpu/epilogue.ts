import {activations, fusedForm} from '../../geometry/activations.js';
import {epilogueInputs} from '../epilogue.js';
import type {TensorEpilogue} from '../implementation.js';
import type {Shader, Step} from './step.js';

type EpilogueType = NonNullable<Shader['epilogue']>;

/** WGSL of the function `epilogue`. */
function textOf(type: EpilogueType, {activation = 'linear', bias}: Partial<TensorEpilogue> = {}): string {
  const at = type === 'f32' ? 'channel' : 'channel >> 2u';
  const operands: Record<string, string> = {T: type, slopes: `Slopes[${at}]`, alpha: 'uniforms.alpha'};
  const after = String(fusedForm(activation, 'wgsl')).replace(/\b(T|slopes|alpha)\b/g, (name) => operands[name]);
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
  const {activation, bias, leakyreluAlpha} = epilogue;
  const type = shader.epilogue as EpilogueType;
  const beside = epilogueInputs(epilogue);
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
    ...(activations[activation].operand === 'alpha' ? {reals: {alpha: [leakyreluAlpha]}} : {}),
  };
}
