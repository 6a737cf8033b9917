import type {Conv2DInfo} from '../../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../../geometry/pass.js';
import type {Launch} from '../../../gpu/work.js';
import {texelsOf} from '../../cost.js';
import {device} from '../../device/tfjsBackend.js';
import {minDrawBuffers} from '../../draw/drawBuffers.js';
import {type ChannelPackedLayout, channelBlocksOf, layoutOf, tapsAtOnce} from './layout.js';
import type {Slabs} from './slabs.js';

/** The draws of a pass: pack both inputs into channel blocks, compute, and unpack the result into tfjs's order. */
export function launchesOf(info: Conv2DInfo, pass: Pass): Launch[] {
  const {maxSide, fragments} = device();
  const layout = layoutOf(info, pass, maxSide, fragments) as ChannelPackedLayout;
  const [threads, output] = [areaOf(layout.result), texelsOf(shapeOf(info, passTensors[pass].output))];
  const {turns, loads, products} = turnsOf(info, pass, layout);
  const isFilter = pass === 'backpropFilter';
  const perTexel = isFilter ? (info.kind === 'dense' ? 2 : 1) * layout.slices : 2;
  return [
    ...[layout.a, layout.b].map(packing),
    {
      threads,
      products: threads * turns * products,
      [isFilter ? 'spreadLoads' : 'wideLoads']: threads * turns * loads,
      loopCarried: threads * turns * minDrawBuffers,
      wideStores: minDrawBuffers * threads,
      copies: minDrawBuffers,
    },
    {threads: output, [isFilter ? 'lookups' : 'wideLoads']: perTexel * output, wideStores: output},
  ];
}

const areaOf = ({size: [height, width]}: Slabs) => height * width;

export function packing(slabs: Slabs): Launch {
  const threads = areaOf(slabs);
  return {threads, wideLoads: 2 * threads, wideStores: threads};
}

/** The turns of a fragment's inner loop, and the texels that one turn loads and the products that it makes. */
function turnsOf(
  info: Conv2DInfo,
  pass: Pass,
  {sliceRows}: ChannelPackedLayout,
): Record<'turns' | 'loads' | 'products', number> {
  const {kind, inChannels, outChannels, outWidth, strideHeight, strideWidth} = info;
  if (pass === 'backpropFilter') return {turns: sliceRows * outWidth, loads: 2, products: kind === 'dense' ? 16 : 4};
  const taps = (info.filterHeight * info.filterWidth) / (pass === 'forward' ? 1 : strideHeight * strideWidth);
  if (kind === 'depthwise') return {turns: taps, loads: 5, products: 16};
  const channels = pass === 'forward' ? inChannels : outChannels;
  const lanes = Math.min(4, channels);
  const window = tapsAtOnce(info);
  const pixels = window > 0 ? (window + 3) / window : 4;
  return {turns: taps * channelBlocksOf(channels), loads: pixels + lanes, products: 16 * lanes};
}
