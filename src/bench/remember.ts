import {install, uninstall} from '../plugin/install.js';
import {currentSession} from '../plugin/session.js';
import {defaultTf as tf} from '../plugin/tfjs.js';

/** @returns what brings back the installation and the active backend of now */
export function remember(): () => Promise<void> {
  const session = currentSession(tf);
  const installed = session && {
    ...{tf, backends: [...session.backends], algorithm: session.algorithm, layers: session.servesLayers},
    ...session.engineOptions,
  };
  const active = tf.getBackend();
  return async () => {
    if (installed) install(installed);
    else uninstall();
    if (active) await tf.setBackend(active);
  };
}
