import type {NamedAttrMap, Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {isServed, servedBackends} from '../backends/index.js';
import type {Kind} from '../geometry/conv2dInfo.js';
import {ConvgradError} from '../geometry/error.js';
import {type Pass, passes} from '../geometry/pass.js';
import {findAliases} from './backendAliases.js';
import {gradientConfigs} from './gradients.js';
import {ownKernelNames, passKernels} from './kernels.js';
import {currentSession, stockKernels} from './session.js';
import type {Tf} from './tfjs.js';

/**
 * Runs one pass on the active backend, on the tape, whether or not convgrad is installed. It uses kernels registered under
 * convgrad's own names.
 * @throws ConvgradError on a backend that convgrad has no kernels for
 */
export function runOwnKernel(
  tf: Tf,
  functionName: string,
  kind: Kind,
  pass: Pass,
  inputs: Record<string, Tensor>,
  attrs: object,
): Tensor4D {
  const engine = tf.engine();
  void engine.backend; // activates a backend if none is active yet
  const {backendName} = engine;
  if (!isServed(backendName)) findAliases(tf);
  if (!isServed(backendName)) {
    throw new ConvgradError(
      functionName,
      `convgrad has no kernels for the active backend '${backendName}'; call tf.setBackend() with one of ${servedBackends().join(', ')}.`,
    );
  }
  registerOwnKernels(tf, kind, backendName);
  return engine.runKernel(ownKernelNames[kind][pass], inputs, attrs as NamedAttrMap) as Tensor4D;
}

function registerOwnKernels(tf: Tf, kind: Kind, backendName: string): void {
  const names = ownKernelNames[kind];
  if (tf.getKernel(names.forward, backendName)) return;
  const requested = () => currentSession(tf)?.requested ?? {algorithm: 'auto', accuracy: 'standard'};
  const kernels = passKernels(tf, kind, backendName, requested, stockKernels(tf, backendName));
  for (const pass of passes) tf.registerKernel({kernelName: names[pass], backendName, kernelFunc: kernels[pass]});
  if (tf.getGradient(names.forward)) return;
  for (const config of gradientConfigs(tf, kind, names)) tf.registerGradient(config);
}
