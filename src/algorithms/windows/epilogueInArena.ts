import type {Arena, Epilogue} from '../../engine/engine.js';

/** Copies the two channel arrays of an epilogue into the arena. */
export function epilogueInArena(arena: Arena, {bias, slopes, ...rest}: Epilogue): Epilogue {
  const copied = (values?: Float32Array): Float32Array | undefined => {
    if (!values) return undefined;
    const copy = arena.floats(values.length);
    copy.set(values);
    return copy;
  };
  return {...rest, bias: copied(bias), slopes: copied(slopes)};
}
