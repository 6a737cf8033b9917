import type {Tensor} from '@tensorflow/tfjs-core';
import type {TapeNode} from '../engineInternals.js';
import type {Tf} from '../tfjs.js';

/** What the exact backward pass finds at an op: dY, and the gradients of its inputs on demand. */
export interface ExactAtNode {
  dy: Tensor;
  gradients: Record<string, () => Tensor>;
}

/**
 * Goes back over a tape with the exact gradients, beside a backward pass that follows rules. It needs no second forward pass, so
 * random numbers such as those of dropout are the same.
 *
 * @param last where the backward pass begins, with the gradients of its outputs
 * @param gradientOf the exact gradient of a node
 */
export function exactSweep(
  tf: Tf,
  tape: readonly TapeNode[],
  last: TapeNode,
  dys: Tensor[],
  gradientOf: (node: TapeNode) => TapeNode['gradient'],
): Map<TapeNode, ExactAtNode> {
  const produced = new Set(tape.flatMap(({outputs}) => outputs.map(({id}) => id)));
  const gradients = new Map<number, Tensor>();
  const found = new Map<TapeNode, ExactAtNode>();
  last.outputs.forEach(({id}, i) => {
    if (dys[i]) gradients.set(id, dys[i]);
  });
  for (let i = tape.indexOf(last); i >= 0; i--) {
    const node = tape[i];
    const upstream = node.outputs.map(({id}) => gradients.get(id));
    const gradient = gradientOf(node);
    if (!gradient || upstream.every((dy) => dy === undefined)) continue;
    const functions = gradient(upstream as Tensor[]);
    found.set(node, {dy: upstream[0] as Tensor, gradients: functions});
    for (const [name, input] of Object.entries(node.inputs)) {
      if (!produced.has(input.id) || !functions[name]) continue;
      const [before, own] = [gradients.get(input.id), functions[name]()];
      gradients.set(input.id, before ? tf.add(before, own) : own);
    }
  }
  return found;
}
