import {setAlias} from '../backends/aliases.js';
import {servedBackends} from '../backends/index.js';
import {isOurs} from './kernels.js';
import type {Tf} from './tfjs.js';

/**
 * Finds registered backends that are copies of served ones under other names, such as `rn-webgl`. More than half of their kernels
 * are the same functions, as `tf.copyRegisteredKernels` leaves them. From then on they are served like the original.
 */
export function findAliases(tf: Tf): string[] {
  const names = Object.keys(tf.engine().registryFactory).filter((name) => !servedBackends().includes(name));
  return names.filter((name) => {
    const original = servedBackends().find((backend) => sharesKernels(tf, name, backend));
    setAlias(name, original);
    return original !== undefined;
  });
}

function sharesKernels(tf: Tf, alias: string, backend: string): boolean {
  const kernels = tf.getKernelsForBackend(alias).filter(({kernelFunc}) => !isOurs(kernelFunc));
  const shared = kernels.filter(
    ({kernelName, kernelFunc}) => tf.getKernel(kernelName, backend)?.kernelFunc === kernelFunc,
  );
  return 2 * shared.length > kernels.length;
}
