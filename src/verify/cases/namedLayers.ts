import {type Case, named} from './case.js';

/**
 * Layers of real networks with their own kernels, strides and pads; sizes and channels are cut so that each stays below 1 MFLOP, since
 * the built-in filter gradient on cpu runs at about 0.015 GFLOP/s.
 */
export function namedLayers(): Case[] {
  return [
    named('LeNet-5 conv1', 'ih28iw28ic1oc6kh5kw5-same'),
    named('LeNet-5 conv2', 'ih14iw14ic6oc16kh5kw5'),
    named('ResNet-20 stem', 'ih24iw24ic3oc16kh3kw3-same'),
    named('ResNet-20 stage 1', 'ih12iw12ic16oc16kh3kw3-same'),
    named('ResNet-20 stage 2, first', 'ih16iw16ic16oc32kh3kw3sh2sw2-same'),
    named('ResNet-20 shortcut', 'ih32iw32ic16oc32kh1kw1sh2sw2-same'),
    named('ResNet-50 stem', 'ih24iw24ic3oc8kh7kw7sh2sw2-p3'),
    named('ResNet-50 bottleneck, reduce', 'ih14iw14ic64oc16kh1kw1'),
    named('ResNet-50 bottleneck, 3×3', 'ih7iw7ic24oc24kh3kw3-same'),
    named('ResNet-50 bottleneck, expand', 'ih14iw14ic16oc64kh1kw1'),
    named('VGG conv1', 'ih16iw16ic3oc32kh3kw3-same'),
    named('VGG conv3', 'ih14iw14ic16oc8kh3kw3-same'),
    named('MobileNet pointwise, wide', 'ih28iw28ic8oc16kh1kw1-same'),
    named('MobileNet pointwise, deep', 'ih7iw7ic64oc64kh1kw1-same'),
    named('MobileNet depthwise', 'ih28iw28ic32oc32kh3kw3-same-depthwise'),
    named('MobileNet depthwise, stride 2', 'ih28iw28ic24oc24kh3kw3sh2sw2-same-depthwise'),
    named('MobileNet depthwise, deep', 'ih7iw7ic128oc128kh3kw3-same-depthwise'),
    named('EfficientNet depthwise, 5×5', 'ih14iw14ic48oc48kh5kw5sh2sw2-same-depthwise'),
    named('Xception entry, multiplier 2', 'ih16iw16ic16oc32kh3kw3-same-depthwise'),
    named('DeepLab separable ASPP, rate 6', 'ih17iw17ic32oc32kh3kw3dh6dw6-same-depthwise'),
    named('U-Net down, unpadded', 'ih16iw16ic8oc16kh3kw3'),
    named('U-Net up, 2×2', 'ih16iw16ic16oc8kh2kw2-same'),
    named('U-Net head', 'ih32iw32ic16oc2kh1kw1'),
    named('Inception 1×7', 'ih10iw10ic16oc16kh1kw7-same'),
    named('Inception 7×1', 'ih10iw10ic16oc16kh7kw1-same'),
    named('DeepLab ASPP, rate 6', 'ih17iw17ic16oc8kh3kw3dh6dw6-same'),
  ];
}
