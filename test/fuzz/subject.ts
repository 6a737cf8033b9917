import * as tf from '@tensorflow/tfjs';
import {conv2d, conv2dBackward, install} from 'tfjs-convgrad';
import {type FuzzCall, isSpec, sizeOf, valuesOf} from './call.js';
import {entries, type Results} from './entries.js';
import type {Outputs} from './expected.js';
import {InvalidCall, maxElements, NotTried, type Reading, Unjudged} from './reading.js';
import {type Arguments, makeArguments, real} from './tensors.js';

/** How a call ended; plain data. */
export interface CallOutcome {
  /** What the definition demands: strict, a right result; loose, a right result or, if tfjs alone is wrong too, a refusal; none, a refusal; unknown, nothing. */
  meaning: 'strict' | 'loose' | 'none' | 'unknown';
  /** `value`: the result of an invalid call. */
  end: 'right' | 'wrong' | 'value' | 'threw' | 'not tried';
  /** What is wrong with a wrong result. */
  why?: string;
  error?: {name: string; message: string; stack: string};
  /** Faults beside the result, such as leaks. */
  faults: string[];
  /** Digest of the result, to compare if the right one is unknown. */
  digest?: string;
  milliseconds: number;
}

/** Activates a backend, with or without convgrad. */
export async function prepare(backend: string, withConvgrad: boolean): Promise<void> {
  if (!(await tf.setBackend(backend).catch(() => false))) throw new Error(`backend '${backend}' is not available here`);
  await tf.ready();
  if (withConvgrad) install();
  await usual(withConvgrad); // what is made once is made here
}

/** As `run`, with an error of the fuzzer itself as text: thrown, it would look as if the call had ended the process. */
export async function answer(call: FuzzCall, withConvgrad: boolean): Promise<CallOutcome | {broken: string}> {
  try {
    return await run(call, withConvgrad);
  } catch (error) {
    return {broken: error instanceof Error ? String(error.stack) : String(error)};
  }
}

/** Runs a call on the active backend and compares the result with the definition. */
async function run(call: FuzzCall, withConvgrad: boolean): Promise<CallOutcome> {
  const reading: Reading = {strict: true};
  let wanted: Outputs | undefined;
  let isUnknown = false;
  try {
    wanted = entries[call.entry]!.expected(reading, call);
  } catch (error) {
    if (error instanceof NotTried) return {meaning: 'loose', end: 'not tried', faults: [], milliseconds: 0};
    if (!(error instanceof InvalidCall || error instanceof Unjudged)) throw error;
    isUnknown = error instanceof Unjudged || takesPlainValues(call);
  }
  const known = Object.keys(call.attrs).every((name) => entries[call.entry]!.attributes.includes(name));
  const meaning = isUnknown ? 'unknown' : !wanted ? 'none' : reading.strict && known ? 'strict' : 'loose';
  const faults: string[] = [];
  const before = memoryInUse();
  const args = await makeArguments(call);
  if (args === undefined) return {meaning, end: 'not tried', faults: [], milliseconds: 0};
  if (wanted) await poison(wanted);
  const beside = memoryInUse();
  const start = performance.now();
  let results: Results | undefined;
  let error: CallOutcome['error'];
  try {
    results = entries[call.entry]!.run(call, args, realAttributes(call.attrs));
  } catch (thrown) {
    const {name, message, stack} =
      thrown instanceof Error ? thrown : new Error(`no Error was thrown: ${String(thrown)}`);
    error = {name, message, stack: stack ?? ''};
  }
  const ended: Pick<CallOutcome, 'end' | 'why' | 'digest'> = results
    ? await compareResults(results, wanted)
    : {end: 'threw'};
  const milliseconds = performance.now() - start;
  if (error && tf.memory().numTensors !== beside.tensors)
    faults.push(`after the error ${tf.memory().numTensors - beside.tensors} tensors are left`);
  faults.push(...sharedData(results, args));
  for (const result of Object.values(results ?? {}))
    if (result instanceof tf.Tensor && !Object.values(args).includes(result)) result.dispose();
  faults.push(...(await changedInputs(call, args)));
  release(args);
  const after = memoryInUse();
  for (const what of ['tensors', 'data'] as const) {
    if (after[what] !== before[what]) faults.push(`${what}: ${after[what] - before[what]} more than before the call`);
  }
  if (tf.engine().state.gradientDepth !== 0) faults.push('a tape is left open');
  if (meaning !== 'strict' || error || faults.length > 0) {
    const wrong = await usual(withConvgrad).catch((thrown: Error) => thrown.message);
    if (wrong) faults.push(`the next ordinary call: ${wrong}`);
  }
  return {meaning, ...ended, ...(error ? {error} : {}), faults, milliseconds};
}

/** Ops of tfjs convert numbers and lists to tensors. */
function takesPlainValues({entry, tensors}: FuzzCall): boolean {
  const isPlain = (value: unknown) => value !== undefined && value !== null;
  return (
    /^(tf\.|grad of)/.test(entry) && Object.values(tensors).some((given) => 'value' in given && isPlain(given.value))
  );
}

function realAttributes(attrs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, real(value)]));
}

function memoryInUse() {
  return {tensors: tf.memory().numTensors, data: tf.backend().numDataIds()};
}

/** Fills memory with NaN and frees it, since outputs of this size may reuse it. */
async function poison(wanted: Outputs): Promise<void> {
  for (const {shape} of Object.values(wanted)) {
    const size = sizeOf(shape);
    if (size === 0 || size > maxElements) continue;
    tf.tidy(() => {
      tf.fill([...shape], Number.NaN);
      if (size >= 4096) conv2d(tf.fill([1, 1, size, 1], Number.NaN) as tf.Tensor4D, tf.ones([1, 1, 1, 1]), 1, 'valid');
    });
  }
}

/** Compares results with the expected ones. */
async function compareResults(
  results: Results,
  wanted: Outputs | undefined,
): Promise<Pick<CallOutcome, 'end' | 'why' | 'digest'>> {
  const read: string[] = [];
  let why: string | undefined;
  for (const name of new Set([...Object.keys(results), ...Object.keys(wanted ?? {})])) {
    const result = results[name];
    const isPlain = Array.isArray(result) && result.every((value) => typeof value === 'number');
    if (!isPlain && !(result instanceof tf.Tensor)) {
      why ??= `${name} is ${Array.isArray(result) ? 'an array' : typeof result} instead of a tensor`;
      continue;
    }
    if (result instanceof tf.Tensor && result.isDisposed) {
      why ??= `${name} is disposed`;
      continue;
    }
    const [values, shape] =
      result instanceof tf.Tensor
        ? [await result.data(), result.shape]
        : [result as number[], [(result as number[]).length]];
    read.push(`${name} [${shape}] ${result instanceof tf.Tensor ? result.dtype : ''} ${checksum(values)}`);
    const right = wanted?.[name];
    if (!right) continue;
    if (String(shape) !== String(right.shape)) why ??= `${name} has shape [${shape}] and must have [${right.shape}]`;
    else if (values.length !== right.values.length)
      why ??= `${name} has ${values.length} values of ${right.values.length}`;
    else if (result instanceof tf.Tensor && result.dtype !== 'float32') why ??= `${name} has dtype ${result.dtype}`;
    const at = values.findIndex((value, i) => !(Math.abs(value - right.values[i]!) <= (right.slack?.[i] ?? 0)));
    if (at >= 0) why ??= `${name}[${at}] is ${values[at]} and must be ${right.values[at]}`;
  }
  const end = why ? 'wrong' : wanted ? 'right' : 'value';
  return {end, ...(why ? {why} : {}), digest: read.join('; ')};
}

function checksum(values: ArrayLike<number>): string {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum = (Math.imul(sum, 31) + Math.round(values[i]! * 1024)) | 0;
  return String(sum);
}

function sharedData(results: Results | undefined, args: Arguments): string[] {
  const tensors = Object.values(args).filter((arg): arg is tf.Tensor => arg instanceof tf.Tensor);
  return Object.entries(results ?? {}).flatMap(([name, result]) =>
    result instanceof tf.Tensor && tensors.includes(result) ? [`${name} is one of the arguments`] : [],
  );
}

/** Checks that the arguments are still alive and unchanged. */
async function changedInputs(call: FuzzCall, args: Arguments): Promise<string[]> {
  const changed: string[] = [];
  for (const [name, tensor] of Object.entries(args)) {
    const spec = call.tensors[name as keyof Arguments];
    if (!(tensor instanceof tf.Tensor) || !isSpec(spec)) continue;
    if (spec.disposed) continue;
    if (tensor.isDisposed) changed.push(`${name} was disposed by the call`);
    else if (tensor.dtype !== 'string' && tensor.dtype !== 'complex64') {
      const [values, want] = [await tensor.data(), valuesOf(call, spec)];
      if (values.some((value, i) => value !== want[i])) changed.push(`${name} was changed by the call`);
    }
  }
  return changed;
}

function release(args: Arguments): void {
  for (const tensor of Object.values(args)) if (tensor instanceof tf.Tensor && !tensor.isDisposed) tensor.dispose();
}

/** An ordinary call of everything. @returns what is wrong with it */
async function usual(withConvgrad: boolean): Promise<string | undefined> {
  const right = withConvgrad ? [36, 18, 36, 4, 1, 1] : [36, 18];
  // Only one tensor is read, since reading is slowest on a GPU.
  const all = tf.tidy(() => {
    const [x, filter] = [tf.ones([1, 3, 3, 2]) as tf.Tensor4D, tf.fill([3, 3, 2, 2], 2) as tf.Tensor4D];
    const results: tf.Tensor[] = [tf.conv2d(x, filter, 1, 'valid'), tf.depthwiseConv2d(x, filter, 1, 'valid')];
    if (withConvgrad) {
      const dy = tf.ones([1, 1, 1, 2]) as tf.Tensor4D;
      const {dx, dFilter, dBias} = conv2dBackward({x, filter, dy, strides: 1, pad: 'valid'});
      results.push(conv2d(x, filter, 1, 'valid'), dx, dFilter, dBias);
    }
    return tf.concat(results.flatMap((result, i) => [tf.sub(result, right[i]!).flatten()]));
  });
  const differences = await all.data();
  all.dispose();
  const bad = differences.findIndex((difference) => difference !== 0);
  return bad < 0 ? undefined : `element ${bad} is off by ${differences[bad]}`;
}
