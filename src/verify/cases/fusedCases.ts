import {activationNames, activations} from '../../geometry/activations.js';
import {formatEpilogue} from '../../geometry/epilogue.js';
import {type Case, filledOnce, named} from './case.js';
import {equalSizes} from './equalSizes.js';

/**
 * Fused convolutions: every activation for either kind, with and without bias, in both data formats, and the shapes that bias and slopes
 * may have. The number of channels crosses a multiple of four, where a vector of biases has a tail. H, W and F differ, so that an index
 * along the wrong axis shows.
 */
export function fusedCases(): Case[] {
  const dense = 'mb2ih5iw6ic3oc7kh3kw2-same-nhwc';
  const denseNCHW = 'mb2ih5iw6ic3oc7kh3kw2-same-nchw';
  const depthwise = 'mb2ih5iw6ic3oc6kh3kw2-same-nhwc-depthwise';
  const depthwiseNCHW = 'mb2ih5iw6ic3oc6kh3kw2-same-nchw-depthwise';
  /** Layers for the algorithms that compute an epilogue in their own kernels. Not all of these take any size. */
  const layers: [string, string][] = [
    ['1×1', 'mb2ih5iw7ic5oc7kh1kw1-valid-nhwc'],
    ['3×3, many channels', 'mb2ih6iw7ic36oc20kh3kw3-same-nhwc'],
    ['depthwise, eight channels', 'mb2ih6iw9ic8oc8kh3kw3-same-nhwc-depthwise'],
  ];
  const inKernels = activationNames().map((activation) => {
    const leakyreluAlpha = activations[activation].operand === 'alpha' ? 0.25 : undefined;
    return formatEpilogue({activation, bias: 'c', leakyreluAlpha}).join('-');
  });
  const problems: [string, string][] = [
    ['linear', `${dense}-linear`],
    ['bias', `${dense}-bias`],
    ['relu', `${dense}-bias-relu`],
    ['relu6', `${dense}-bias-relu6`],
    ['elu', `${dense}-bias-elu`],
    ['sigmoid', `${dense}-bias-sigmoid`],
    ['leakyrelu', `${dense}-bias-leakyrelu0.25`],
    ['leakyrelu as tfjs has it by default', 'ih4iw5ic2oc5kh2kw2-valid-nhwc-leakyrelu'],
    ['leakyrelu with slope 0', `${dense}-bias-leakyrelu0`],
    ['sigmoid of large sums', 'ih4iw3ic64oc5kh3kw3-same-nhwc-bias-sigmoid'],
    ['elu of large sums', 'ih4iw3ic64oc5kh3kw3-same-nhwc-bias-elu'],
    ['prelu', `${dense}-bias-prelu`],
    ['relu without bias', 'mb2ih4iw5ic5oc5kh1kw1-valid-nhwc-relu'],
    ['prelu without bias', 'ih6iw7ic2oc5kh3kw3sh2sw1-p1-nhwc-prelu'],
    ['one bias for all channels, one slope', 'ih5iw4ic2oc5kh2kw3-same-nhwc-bias1-prelu1'],
    ['scalars', 'ih4iw5ic2oc6kh3kw3-same-nhwc-bias0-prelu0'],
    ['bias and slopes of rank 3', 'mb2ih4iw5ic2oc5kh2kw2-same-nhwc-bias11c-prelu11c'],
    ['bias and slopes for each element of an image', 'mb2ih4iw5ic2oc5kh2kw2-same-nhwc-biashwc-preluhwc'],
    ['bias of rank 4, slopes for each pixel', 'mb2ih4iw5ic2oc3kh2kw2-same-nhwc-biasnhwc-preluhw1'],
    ['slopes for each row', 'mb2ih4iw5ic2oc3kh2kw2-same-nhwc-bias-preluh11'],
    ['NCHW, bias', `${denseNCHW}-bias`],
    ['NCHW, relu', `${denseNCHW}-bias-relu`],
    ['NCHW, relu6', `${denseNCHW}-bias1-relu6`],
    ['NCHW, elu', `${denseNCHW}-bias-elu`],
    ['NCHW, sigmoid', `${denseNCHW}-bias0-sigmoid`],
    ['NCHW, leakyrelu, steeper below zero', `${denseNCHW}-bias-leakyrelu1.5`],
    ['NCHW, prelu', `${denseNCHW}-bias-prelu`],
    ['dilation', 'ih7iw8ic2oc5kh3kw2dh2dw3-same-nhwc-bias-relu'],
    ['dilation, linear: tfjs has no gradient', 'ih7iw8ic2oc5kh3kw2dh2dw1-same-nhwc-bias'],
    ['stride and dilation', 'ih9iw8ic2oc3kh3kw2sh2sw1dh2dw2-same-nhwc-bias-relu'],
    ['ceil', 'ih6iw7ic2oc4kh3kw3sh2sw3-p1-ceil-nhwc-bias'],
    ['depthwise, linear', `${depthwise}-linear`],
    ['depthwise, bias', `${depthwise}-bias`],
    ['depthwise, relu', `${depthwise}-bias-relu`],
    ['depthwise, relu6', `${depthwise}-bias-relu6`],
    ['depthwise, elu', `${depthwise}-bias-elu`],
    ['depthwise, sigmoid', `${depthwise}-bias-sigmoid`],
    ['depthwise, leakyrelu', `${depthwise}-bias-leakyrelu0.25`],
    ['depthwise, leakyrelu with slope 0', `${depthwise}-bias-leakyrelu0`],
    ['depthwise, prelu', `${depthwise}-bias-prelu`],
    ['depthwise, relu without bias', 'mb2ih4iw5ic5oc5kh3kw3-same-nhwc-depthwise-relu'],
    ['depthwise, NCHW, bias', `${depthwiseNCHW}-bias`],
    ['depthwise, NCHW, prelu', `${depthwiseNCHW}-bias-prelu`],
    ['depthwise, NCHW, leakyrelu, falling below zero', `${depthwiseNCHW}-bias1-leakyrelu-0.5`],
    ['depthwise, dilation', 'ih7iw8ic3oc3kh3kw2dh2dw3-same-nhwc-depthwise-bias-relu6'],
  ];
  const ofLayers = layers.flatMap(([layer, sizes]) =>
    inKernels.map((words): [string, string] => [`${layer}, ${words}`, `${sizes}-${words}`]),
  );
  const fused = ([name, problem]: [string, string]) => named(`fused, ${name}`, problem);
  return [
    ...problems.map(fused),
    ...filledOnce(ofLayers.map(fused)),
    ...equalSizes(['-bias-relu', '-depthwise-bias-relu']),
  ];
}
