import type {FuzzCall} from './call.js';
import {entries} from './entries.js';
import type {CallOutcome} from './subject.js';

/** Runs calls somewhere, one after another. */
export interface FuzzHost {
  run(call: FuzzCall): Promise<CallOutcome>;
  close(): Promise<void>;
}

/** The verdict on a call; `fault` if convgrad is to blame. */
export interface FuzzVerdict {
  fault?: string;
  /** How it was judged. */
  kind: 'right' | 'refused by convgrad' | 'refused by tfjs' | 'as tfjs alone' | 'not judged' | 'not tried' | 'fault';
}

/** Time limit of a call. */
export const timeoutMilliseconds = 5000;

/**
 * Judges one call: it must give a right result or a clear refusal and leak nothing. convgrad must not refuse what tfjs alone computes rightly.
 *
 * @param alone where convgrad was never installed
 */
export async function judge(call: FuzzCall, subject: FuzzHost, alone: FuzzHost): Promise<FuzzVerdict> {
  const fault = (what: string): FuzzVerdict => ({kind: 'fault', fault: what});
  const {isTfjs, names} = entries[call.entry]!;
  const got = await subject.run(call);
  if (got.error?.name === 'Lost') return fault(got.error.message);
  if (got.faults.length > 0) {
    const own = await faultsOfOurs(call, got, alone);
    if (own.length > 0) return fault(own.join('; ') + (got.error ? ` (${got.error.message})` : ''));
  }
  if (got.milliseconds > timeoutMilliseconds) {
    // Run again, since compiling a shader or a stalled machine may have taken the time.
    const again = await subject.run(call);
    if (again.milliseconds > timeoutMilliseconds) return fault(`took ${Math.round(again.milliseconds)} ms`);
  }
  switch (got.end) {
    case 'right':
      return {kind: 'right'};
    case 'not tried':
      return {kind: 'not tried'};
    case 'wrong':
      return fault(`wrong: ${got.why}`);
    case 'value': {
      if (got.meaning === 'unknown') return {kind: 'not judged'};
      const other = isTfjs ? await alone.run(call) : undefined;
      return other?.digest !== undefined && other.digest === got.digest
        ? {kind: 'as tfjs alone'}
        : fault(`accepted a call that has no meaning: ${got.digest}`);
    }
    case 'threw': {
      const {name, message, stack} = got.error!;
      if (name === 'ConvgradError') {
        if (!names.test(message)) return fault(`the error names another function: ${message}`);
        if (got.meaning === 'strict') return fault(`refused a valid call: ${message}`);
        if (got.meaning === 'loose' && isTfjs && (await alone.run(call)).end === 'right')
          return fault(`refused what tfjs alone computes: ${message}`);
        return {kind: 'refused by convgrad'};
      }
      if (isOurs(stack)) return fault(`raw ${name} from convgrad: ${message}`);
      // An assertion of tfjs, or an error of its tape about dy.
      if (name === 'Error' || call.entry.startsWith('grad of')) return {kind: 'refused by tfjs'};
      const other = isTfjs ? await alone.run(call) : undefined;
      if (other?.error?.name !== name || other.error.message !== message)
        return fault(`raw ${name}: ${message} (tfjs alone: ${other?.error?.message ?? other?.end})`);
      return {kind: 'refused by tfjs'};
    }
  }
}

/** Number of tries with tfjs alone, because some of its faults show in every second call only. */
const tries = 3;

/** Faults of a call that tfjs alone does not show too. */
async function faultsOfOurs(call: FuzzCall, got: CallOutcome, alone: FuzzHost): Promise<string[]> {
  let own = got.faults.filter((text) => !(isTfjsOwn(call, got) && /^data: /.test(text)));
  for (let nth = 0; nth < tries && own.length > 0 && entries[call.entry]!.isTfjs; nth++) {
    const {faults} = await alone.run(call);
    own = own.filter((text) => !faults.includes(text));
  }
  return own;
}

/** Whether an op of tfjs threw; it then leaks what its kernel had allocated. */
function isTfjsOwn({entry}: FuzzCall, {error}: CallOutcome): boolean {
  const throughTfjs = entries[entry]!.isTfjs || entry.startsWith('grad of');
  return error !== undefined && error.name !== 'ConvgradError' && throughTfjs && !isOurs(error.stack);
}

/** Entries that run code of tfjs or of the user, whose errors are not convgrad's. */
const wrappers = /(fusedGradient|fusedRun|layers|Layers|methodSwaps|outputPool|heap|override)\.js/;

/** Whether convgrad threw the error, or called tfjs code that did. Only known in Node, where the stack shows convgrad's files. */
function isOurs(stack: string): boolean {
  const frames = stack.split('\n').filter((line) => /^\s+at .*\.m?js/.test(line));
  const own = frames.map(
    (frame) => /\/build\/(plugin|backends|algorithms|engine|geometry)\//.test(frame) && !/node_modules/.test(frame),
  );
  return frames.some((frame, i) => own[i] && !wrappers.test(frame));
}
