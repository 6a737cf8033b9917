import {arch, platform, release} from 'node:os';
import {type BenchReport, isMeasured} from '../bench/report.js';
import {digits, times} from './benchCells.js';

/** One block of Markdown to paste into an issue: the device and its driver, the versions, and the numbers. */
export function pasteBlock({environment, results, steps, seed, options}: BenchReport): string {
  const {node, browser, tfjs, backends} = environment;
  const devices = Object.entries(backends).map(([backend, about]) => {
    const facts = Object.entries(about ?? {}).map(([name, value]) => `${name} ${value}`);
    return `${backend}: ${facts.join(', ') || 'nothing known'}`;
  });
  const rows = [
    ...results
      .filter(isMeasured)
      .map(({backend, layer, pass, algorithm, milliseconds, ratio, gpuMilliseconds}) => [
        ...[backend, layer, pass, algorithm, digits(milliseconds?.ours), digits(milliseconds?.builtin), times(ratio)],
        digits(gpuMilliseconds?.ours),
      ]),
    ...steps.map(({backend, network, batch, algorithm, milliseconds, ratio}) => [
      ...[backend, `${network}, batch ${batch}`, 'step', algorithm],
      ...[digits(milliseconds.ours), digits(milliseconds.builtin), times(ratio), '–'],
    ]),
  ];
  const head = ['backend', 'layer', 'pass', 'algorithm', 'ms', 'tfjs ms', 'speedup', 'GPU ms'];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    'To report these numbers, paste what follows into an issue:',
    '',
    ...devices.map((device) => `* ${device}`),
    `* tfjs ${tfjs}, Node ${node ?? '–'}, ${platform()} ${release()} ${arch()}, ${browser ?? 'no browser'}`,
    `* ${options.rounds} rounds, seed ${seed}`,
    '',
    ...[head, head.map(() => '---'), ...rows].map(line),
  ].join('\n');
}
