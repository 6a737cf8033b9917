import {environmentOf} from '../environment.js';
import {activate} from '../stage.js';
import {type Outcome, sideBySide} from './sideBySide.js';

/** What `convgrad doctor` finds out about one backend. */
export interface Examination {
  backend: string;
  /** What the backend says of itself, such as the renderer. */
  about: Record<string, string | boolean>;
  /** The browser, where it runs in one. */
  browser?: string;
  outcomes: Outcome[];
}

/**
 * Examines one backend of this process; see {@link sideBySide} for the state in which it leaves it.
 * @throws ConvgradError when this process does not have it
 */
export async function examine(backend: string, onOutcome?: (done: number) => void): Promise<Examination> {
  await activate(backend);
  const {browser, backends} = environmentOf([backend]);
  return {backend, about: backends[backend], ...(browser ? {browser} : {}), outcomes: sideBySide(onOutcome)};
}
