import type {Uniforms} from '../../src/backends/webgl/direct/program.js';
import type {PassProgram} from '../../src/backends/webgl/index.js';
import type {ChannelPackedShaders} from '../../src/backends/webgl/layouts/channelPacked/shaders.js';
import type {ChannelPackedDirectShader} from '../../src/backends/webgl/layouts/channelPackedDirect/shaders.js';
import type {Packed2x2Shaders} from '../../src/backends/webgl/layouts/packed2x2/shaders.js';
import type {Conv2DInfo, Kind} from '../../src/geometry/conv2dInfo.js';
import type {Pass} from '../../src/geometry/pass.js';
import {AbsentText, type Edit, replaceOnce} from './edits.js';
import type {MutantDescription} from './mutant.js';

/** The description of a mutant in shaders. Such mistakes are possible only on a GPU. */
export interface OfShaders extends MutantDescription {
  /** The kind of convolution whose shaders it breaks, dense if absent. It supports no other kind. */
  kind?: Kind;
  /** Its mistake is in the epilogue, and shows only on fused convolutions. */
  isFused?: true;
}

/** Puts a mistake into the programs of webgl. */
export type ShaderMistake = (plan: PassProgram) => PassProgram;

export type ShaderMutant = OfShaders & {shader: ShaderMistake};

/** Puts a mistake into the texts of a pass, for algorithms that have several. @throws AbsentText when the mistake is not for these texts */
export type TextsMistake<T> = (texts: T, pass: Pass) => T;

export type ChannelPackedMutant = OfShaders & {channelPacked: TextsMistake<ChannelPackedShaders>};

export type ChannelPackedDirectMutant = OfShaders & {channelPackedDirect: TextsMistake<ChannelPackedDirectShader>};

export type Packed2x2Mutant = OfShaders & {packed2x2: TextsMistake<Packed2x2Shaders>};

/** Replaces text in the shader; see {@link replaceOnce}. */
export function text(...edits: readonly Edit[]): ShaderMistake {
  return (plan) => (info, pass) => {
    const {program, uniforms} = plan(info, pass);
    const userCode = edits.reduce((code, edit) => replaceOnce(code, edit, `the shader of ${pass}`), program.userCode);
    return {program: {...program, userCode}, uniforms};
  };
}

/** Replaces text in one of several shaders; see {@link replaceOnce}. */
export function textIn<T extends Record<K, string>, K extends string>(
  shader: K,
  ...edits: readonly Edit[]
): TextsMistake<T> {
  return (texts, pass) => ({
    ...texts,
    [shader]: edits.reduce<string>((code, edit) => replaceOnce(code, edit, `the shader of ${pass}`), texts[shader]),
  });
}

/** Changes one of several shaders throughout. @throws AbsentText when that leaves it as it was */
export function changedIn<T extends Record<K, string>, K extends string>(
  shader: K,
  change: (code: string) => string,
): TextsMistake<T> {
  return (texts, pass) => {
    const code = change(texts[shader]);
    if (code !== texts[shader]) return {...texts, [shader]: code};
    throw new AbsentText('mutants', `the shader of ${pass} holds nothing that the mutant changes.`);
  };
}

/** Changes values of the uniforms. */
export function uniforms(change: (uniforms: Uniforms, info: Conv2DInfo) => Partial<Uniforms>): ShaderMistake {
  return (plan) => (info, pass) => {
    const right = plan(info, pass);
    return {...right, uniforms: {...right.uniforms, ...change(right.uniforms, info)}};
  };
}
