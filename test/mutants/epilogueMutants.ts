import type {Epilogue} from '../../src/engine/engine.js';
import {activations} from '../../src/geometry/activations.js';
import type {MutantDescription} from './mutant.js';

/** The position of an element: its channel, the number of channels, and its flat index. */
interface OutputPosition {
  channel: number;
  channels: number;
  index: number;
}

/** A deliberately wrong epilogue of an algorithm on the host that computes it in its own kernel. The convolution itself is right. */
export interface EpilogueMutant extends MutantDescription {
  epilogue(sum: number, epilogue: Epilogue, place: OutputPosition): number;
}

/** The activation of a value in a channel, by the definition. */
function activated(value: number, {activation, alpha, slopes}: Epilogue, channel: number): number {
  const values = Float32Array.of(value);
  activations[activation].apply(values, [slopes ? slopes[channel] : alpha]);
  return values[0];
}

const biasAt = ({bias}: Epilogue, channel: number) => bias?.[channel] ?? 0;

export const epilogueMutants: readonly EpilogueMutant[] = [
  {
    name: 'epilogue-tail',
    passes: ['forward'],
    wrong: 'of the channels past a multiple of four none gets its bias',
    epilogue: (sum, epilogue, {channel, channels}) =>
      activated(sum + (channel < channels - (channels % 4) ? biasAt(epilogue, channel) : 0), epilogue, channel),
  },
  {
    name: 'epilogue-lane',
    passes: ['forward'],
    wrong: 'the slopes of four channels are those of the first',
    epilogue: (sum, epilogue, {channel}) =>
      activated(sum + biasAt(epilogue, channel), epilogue, channel - (channel % 4)),
  },
  {
    name: 'epilogue-pixel',
    passes: ['forward'],
    wrong: 'the bias is taken by pixel instead of by channel',
    epilogue: (sum, epilogue, {channel, channels, index}) =>
      activated(sum + biasAt(epilogue, Math.floor(index / channels) % channels), epilogue, channel),
  },
  {
    name: 'epilogue-order',
    passes: ['forward'],
    wrong: 'the activation comes before the bias',
    epilogue: (sum, epilogue, {channel}) => activated(sum, epilogue, channel) + biasAt(epilogue, channel),
  },
  {
    name: 'epilogue-without-bias',
    passes: ['forward'],
    wrong: 'where there is no bias the activation is left out too',
    epilogue: (sum, epilogue, {channel}) =>
      epilogue.bias ? activated(sum + biasAt(epilogue, channel), epilogue, channel) : sum,
  },
  {
    name: 'epilogue-alpha-as-slope',
    passes: ['forward'],
    wrong: 'prelu takes the slope of leakyrelu',
    epilogue: (sum, epilogue, {channel}) =>
      activated(sum + biasAt(epilogue, channel), {...epilogue, slopes: undefined}, channel),
  },
  {
    name: 'epilogue-relu6-scaled',
    passes: ['forward'],
    wrong: 'relu6 ends at 5',
    epilogue(sum, epilogue, {channel}) {
      const value = activated(sum + biasAt(epilogue, channel), epilogue, channel);
      return epilogue.activation === 'relu6' ? Math.min(5, value) : value;
    },
  },
];
