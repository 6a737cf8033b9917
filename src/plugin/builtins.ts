import type {KernelConfig} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../geometry/error.js';
import {isOurs} from './kernels.js';
import {currentSession} from './session.js';
import type {Tf} from './tfjs.js';
import {kernelKey} from './tfjsRegistries.js';

export {isOurs};

/**
 * Runs fn with the kernels and gradients in place that convgrad replaced. fn must be synchronous.
 * @throws ConvgradError when convgrad is not installed, or when a kernel that it replaced is convgrad's own
 */
export function withBuiltins<T>(tf: Tf, fn: () => T): T {
  const session = currentSession(tf);
  if (!session) {
    throw new ConvgradError(
      'withBuiltins',
      'convgrad is not installed, so nothing was replaced; call install() first.',
    );
  }
  for (const {key, original} of session.kernels.entries()) {
    if (isOurs(original?.kernelFunc)) {
      throw new ConvgradError(
        'withBuiltins',
        `the kernel that convgrad replaced as ${key} is also convgrad's, and it cannot be compared with itself.`,
      );
    }
  }
  return session.kernels.withOriginals(() => session.gradients.withOriginals(fn));
}

/** The kernel that convgrad replaced, if it replaced one. */
export function builtinKernel(tf: Tf, kernelName: string, backend: string): KernelConfig | undefined {
  return currentSession(tf)?.kernels.original(kernelKey(kernelName, backend));
}

/** Whether convgrad registered its own kernel under this name, in place of another or where none was registered. */
export function isReplaced(tf: Tf, kernelName: string, backend: string): boolean {
  return currentSession(tf)?.kernels.has(kernelKey(kernelName, backend)) ?? false;
}
