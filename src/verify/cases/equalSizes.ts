import {type Case, named} from './case.js';

/**
 * Problems whose sizes are all the same number. Axes that are exchanged, and a format that is told from a shape, show only there: in the
 * other cases such a mistake gives a wrong shape, or is not made.
 * @param endings what follows the format in the problems, such as `-depthwise` or `-bias-relu`
 */
export function equalSizes(endings: readonly string[]): Case[] {
  return [2, 3].flatMap((n) =>
    ['nhwc', 'nchw'].flatMap((format) =>
      endings.map((words): Case => {
        const outputs = words.startsWith('-depthwise') ? n * n : n;
        const sizes = `mb${n}ih${n}iw${n}ic${n}oc${outputs}kh${n}kw${n}`;
        const name = `every size is ${n}${words.replaceAll('-', ' ')}, ${format}`;
        return {...named(name, `${sizes}-same-${format}${words}`), fills: [n === 2 ? 'reals' : 'integers']};
      }),
    ),
  );
}
