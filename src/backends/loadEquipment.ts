import {backendNamed} from './index.js';
import type {TestEquipment} from './testEquipment.js';

/** What is loaded, by the name of the backend. */
const loaded = new Map<string, TestEquipment>();

/** For backends that convgrad does not serve: nothing is known of them. */
const none: TestEquipment = {describe: () => ({})};

/** Loads the equipment of a backend, or of the one that it is a copy of. */
export async function loadEquipment(name: string): Promise<TestEquipment> {
  const backend = backendNamed(name);
  if (!backend) return none;
  const equipment = loaded.get(backend.name) ?? (await backend.equipment());
  loaded.set(backend.name, equipment);
  return equipment;
}

/** The equipment of a backend, which must be loaded. */
export function equipmentOf(name: string): TestEquipment {
  const backend = backendNamed(name);
  const equipment = backend ? loaded.get(backend.name) : none;
  if (equipment) return equipment;
  throw new Error(`the test equipment of backend '${name}' is not loaded; call loadEquipment() first`);
}
