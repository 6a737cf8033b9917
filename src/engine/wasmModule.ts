import {fma, fmaLow, simd} from './assembly/modules.js';
import {fourierSides} from './spectrum.js';
import {tileMatrices} from './tileMatrices.js';

const modules = {fma, fmaLow, simd};

/**
 * The compiled versions of the micro-kernels: with separate multiplication and addition, with fused ones, and with fused ones and
 * tiles that need fewer registers. All fused versions give the same bits.
 */
export type WasmVariant = keyof typeof modules;

/** The kernels that compute elements from..to of a range. The result of an element does not depend on where the range begins and ends. */
export const kernelNames = [
  ...(['igemm8', 'igemm4', 'narrowIgemm1', 'narrowIgemm2', 'narrowIgemm3'] as const),
  ...([
    'igemmTransposed8',
    'igemmTransposed4',
    'narrowIgemmTransposed1',
    'narrowIgemmTransposed2',
    'narrowIgemmTransposed3',
  ] as const),
  ...(['batchedGemm', 'batchedGemmTransposed', 'dwconv', 'repeat', 'sumRepeats'] as const),
  ...tileMatrices,
  ...fourierSides.map((side) => `fourier${side}` as const),
  ...fourierSides.map((side) => `fourierInverse${side}` as const),
] as const;
export type KernelName = (typeof kernelNames)[number];

/** The exports of `assembly/kernels.mjs`. Addresses are bytes in the module's memory. */
export interface Kernels extends Record<KernelName, (from: number, to: number, ...args: number[]) => void> {
  setScratch(address: number): void;
  pack(
    from: number,
    rowStride: number,
    columnStride: number,
    rows: number,
    columns: number,
    width: number,
    panel: number,
    step: number,
  ): void;
  /** @returns 1 if so many bytes are equal, else 0 */
  same(a: number, b: number, bytes: number): number;
  applyEpilogue(
    out: number,
    count: number,
    n: number,
    bias: number,
    activation: number,
    slopes: number,
    alpha: number,
  ): void;
  peak(iterations: number, value: number): number;
}

/** The size of the largest memory that typed arrays and 32-bit signed addresses reach, in pages of 64 kB. */
export const maxPages = 32_767;

/** The variants that run here. A host may lack their instructions, and a page's policy may forbid WebAssembly. */
export function wasmVariants(): readonly WasmVariant[] {
  variants ??= (Object.keys(modules) as WasmVariant[]).filter((name) => {
    try {
      compile(name, false);
      return true;
    } catch {
      return false;
    }
  });
  return variants;
}
let variants: WasmVariant[] | undefined;

/** The rows of a variant's tiles of eight and of four columns. */
export function tileRows(variant: WasmVariant): {rows8: number; rows4: number} {
  return modules[variant];
}

const compiled = new Map<string, WebAssembly.Module>();

/** Compiles a module once, so that all its users benefit when the JIT tiers up. @param shared whether threads share its memory */
export function compile(variant: WasmVariant, shared: boolean): WebAssembly.Module {
  const key = `${variant} ${shared}`;
  const known = compiled.get(key);
  if (known) return known;
  const bytes = bytesOf(variant);
  if (shared) markShared(bytes);
  const module = new WebAssembly.Module(bytes);
  compiled.set(key, module);
  return module;
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, {env: {memory}}).exports as unknown as Kernels;
}

function bytesOf(variant: WasmVariant): Uint8Array<ArrayBuffer> {
  const text = atob(modules[variant].base64);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** The encoded import of a memory: 'env', 'memory', the kind, and the flag for a maximum. The next bit of the flags means shared. */
const memoryImport = [3, ...letters('env'), 6, ...letters('memory'), 2, 1];

function letters(word: string): number[] {
  return [...word].map((letter) => letter.charCodeAt(0));
}

function markShared(bytes: Uint8Array): void {
  const at = bytes.findIndex((_, i) => memoryImport.every((byte, j) => bytes[i + j] === byte));
  bytes[at + memoryImport.length - 1] |= 2;
}
