import type {InputReport} from './gradientReport.js';
import {fine} from './inspectInput.js';
import {sizeOf} from './vector.js';

/** A decided input has at most this share of its coordinates at kinks, and at most this share of the outputs near them. */
const kinksAtMost = 1 / 2;
const leftOutAtMost = 1 / 16;

/**
 * Says why the evidence about an input does not decide its gradient, and what to do. Undefined if it does decide. Then every coordinate
 * that is not at a kink is covered, at least half are not at kinks, and a common factor of 1.001 would have shown.
 */
export function adviceFor(
  {shape, covered, kinks, leftOut, resolution}: InputReport,
  outputs: number,
): string | undefined {
  const length = sizeOf(shape);
  if (kinks.length > kinksAtMost * length) return `f bends at ${kinks.length} of ${length} coordinates; ${away}`;
  if (leftOut > leftOutAtMost * outputs) return `f bends near ${leftOut} of its ${outputs} outputs; ${away}`;
  const open = length - kinks.length - covered;
  const unseen =
    open > 0
      ? `differences of f do not resolve a change by an eighth of the typical gradient at ${open} of ${length} coordinates`
      : resolution === undefined || resolution > fine
        ? 'differences of f do not resolve a factor of 1.001'
        : undefined;
  if (unseen === undefined) return undefined;
  const bends = kinks.length + leftOut > 0 ? ' and bends nearby' : '';
  return `${unseen}: f rounds too much for its slopes${bends}; ${remedy}${bends && `, and ${away}`}`;
}

const away =
  'move the inputs away from where relu, max and the like bend, or check with a smooth function in their place';
const remedy = 'give fewer inputs, near 1 or where f is less curved, or take large constants and large sums out of f';
