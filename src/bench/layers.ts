import {type Case, named} from '../verify/cases/case.js';

/**
 * Layers of real networks at their real sizes, with a batch where images are small. Names have no commas, because commas separate
 * names on a command line.
 */
export function benchLayers(): Case[] {
  return [
    named('LeNet-5 conv1', 'mb32ih28iw28ic1oc6kh5kw5-same'),
    named('LeNet-5 conv2', 'mb32ih14iw14ic6oc16kh5kw5'),
    named('MNIST CNN first 5×5', 'mb32ih28iw28ic1oc32kh5kw5'),
    named('ResNet-20 stem', 'mb8ih32iw32ic3oc16kh3kw3-same'),
    named('ResNet-20 stage 1', 'mb8ih32iw32ic16oc16kh3kw3-same'),
    named('ResNet-20 stage 2 first', 'mb8ih32iw32ic16oc32kh3kw3sh2sw2-same'),
    named('ResNet-20 stage 2', 'mb8ih16iw16ic32oc32kh3kw3-same'),
    named('ResNet-20 stage 3', 'mb8ih8iw8ic64oc64kh3kw3-same'),
    named('ResNet-20 shortcut', 'mb8ih32iw32ic16oc32kh1kw1sh2sw2-same'),
    named('ResNet-50 stem', 'ih224iw224ic3oc64kh7kw7sh2sw2-p3'),
    named('ResNet-50 reduce at 56', 'ih56iw56ic256oc64kh1kw1'),
    named('ResNet-50 expand at 56', 'ih56iw56ic64oc256kh1kw1'),
    named('ResNet-50 3×3 at 56', 'ih56iw56ic64oc64kh3kw3-same'),
    named('ResNet-50 3×3 at 28', 'ih28iw28ic128oc128kh3kw3-same'),
    named('ResNet-50 3×3 at 14', 'ih14iw14ic256oc256kh3kw3-same'),
    named('ResNet-50 3×3 at 7', 'ih7iw7ic512oc512kh3kw3-same'),
    named('VGG conv1', 'ih224iw224ic3oc64kh3kw3-same'),
    named('VGG conv3', 'ih56iw56ic256oc256kh3kw3-same'),
    named('MobileNet pointwise wide', 'ih112iw112ic32oc64kh1kw1-same'),
    named('MobileNet pointwise deep', 'ih14iw14ic512oc512kh1kw1-same'),
    named('MobileNet depthwise wide', 'ih112iw112ic32oc32kh3kw3-same-depthwise'),
    named('MobileNet depthwise deep', 'ih14iw14ic512oc512kh3kw3-same-depthwise'),
    named('MobileNet depthwise stride 2', 'ih14iw14ic512oc512kh3kw3sh2sw2-same-depthwise'),
    named('U-Net first', 'ih64iw64ic1oc64kh3kw3'),
    named('U-Net second unpadded', 'ih62iw62ic64oc64kh3kw3'),
    named('U-Net head', 'ih60iw60ic64oc2kh1kw1'),
    named('Inception 1×7', 'ih17iw17ic192oc192kh1kw7-same'),
    named('Inception 7×1', 'ih17iw17ic192oc192kh7kw1-same'),
    named('DeepLab ASPP rate 6', 'ih33iw33ic256oc64kh3kw3dh6dw6-same'),
  ];
}
