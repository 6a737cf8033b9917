import type {Plan} from '../../backends/webgl/index.js';
import type {Uniforms} from '../../backends/webgl/program.js';
import type {Texts} from '../../backends/webgl/quads/texts.js';
import type {Texts as TexelsTexts} from '../../backends/webgl/texels/texts.js';
import type {Conv2DInfo, Kind} from '../../geometry/conv2dInfo.js';
import {ConvgradError} from '../../geometry/error.js';
import type {Pass} from '../../geometry/pass.js';

/** Puts a mistake into the programs of webgl. */
export type ShaderMistake = (plan: Plan) => Plan;

/** Deliberately broken shaders: what can go wrong on a GPU and nowhere else. */
export interface ShaderMutant {
  /** Lower-case words with dashes. */
  name: string;
  /** The passes that it breaks; it has no others. */
  passes: readonly Pass[];
  /** The kind whose shaders it breaks, dense when absent; it does no other. */
  kind?: Kind;
  /** One line: what is wrong. */
  wrong: string;
  shader: ShaderMistake;
}

/** The same in the shaders on quads. */
export type QuadsMutant = Omit<ShaderMutant, 'shader'> & {quads: QuadsMistake};

/** Puts a mistake into the texts of a pass. */
export type QuadsMistake = (texts: Texts, pass: Pass) => Texts;

/** And in the shaders on texels. A mistake in what some of them have only leaves the others as they are. */
export type TexelsMutant = Omit<ShaderMutant, 'shader'> & {texels: (texts: TexelsTexts, pass: Pass) => TexelsTexts};

/**
 * Other text in the shader. What is replaced must stand there exactly once, so that no change of a shader turns a mutant into the right one.
 * @throws ConvgradError when the program is made and it does not
 */
export function text(...edits: readonly [text: string, by: string][]): ShaderMistake {
  return (plan) => (info, pass) => {
    const {program, uniforms} = plan(info, pass);
    const userCode = edits.reduce((code, [from, to]) => replaceOnce(code, from, to, pass), program.userCode);
    return {program: {...program, userCode}, uniforms};
  };
}

function replaceOnce(code: string, from: string, to: string, pass: Pass): string {
  const pieces = code.split(from);
  if (pieces.length === 2) return pieces.join(to);
  throw new ConvgradError(
    'mutants',
    `the shader of ${pass} holds '${from}' ${pieces.length - 1}×; a mutant replaces what stands there once.`,
  );
}

/** Other text in one of several shaders; see {@link text}. */
export function textIn<T extends Record<K, string>, K extends string>(
  shader: K,
  ...edits: readonly [text: string, by: string][]
): (texts: T, pass: Pass) => T {
  return (texts, pass) => ({
    ...texts,
    [shader]: edits.reduce<string>((code, [from, to]) => replaceOnce(code, from, to, pass), texts[shader]),
  });
}

/** Other values of the uniforms. */
export function uniforms(change: (uniforms: Uniforms, info: Conv2DInfo) => Partial<Uniforms>): ShaderMistake {
  return (plan) => (info, pass) => {
    const right = plan(info, pass);
    return {...right, uniforms: {...right.uniforms, ...change(right.uniforms, info)}};
  };
}
