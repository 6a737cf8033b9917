import {install, uninstall} from './install.js';
import {currentSession} from './session.js';
import {defaultTf as tf} from './tfjs.js';

/** Saves the present installation and the active backend. @returns a function that restores both */
export function saveInstallation(): () => Promise<void> {
  const session = currentSession(tf);
  const installed = session && {
    ...{tf, backends: [...session.backends], ...session.requested, plan: session.plan, layers: session.patchesLayers},
    repairGradients: session.repairsGradients,
    ...session.engineOptions,
  };
  const active = tf.getBackend();
  return async () => {
    if (installed) install(installed);
    else uninstall();
    if (active) await tf.setBackend(active);
  };
}
