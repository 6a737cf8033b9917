import {type Case, filledOnce, named} from './case.js';
import {depthwiseEdgeCases} from './depthwiseEdgeCases.js';
import {equalSizes} from './equalSizes.js';

/** The corners of the geometry. The name of each case tells the mistake that it is there to catch. */
export function edgeCases(): Case[] {
  return [
    ...filledOnce([
      named('one of everything', 'ih1iw1ic1oc1kh1kw1'),
      named('one pixel, kernel larger than it', 'ih1iw1ic2oc3kh3kw3-same'),
      named('filter as large as the input', 'mb2ih4iw5ic3oc2kh4kw5'),
      named('empty batch', 'mb0ih5iw4ic2oc3kh3kw2-same'),
      named('batch of three', 'mb3ih4iw4ic2oc3kh2kw2'),
      named('stride beyond the kernel leaves gaps in dX', 'mb2ih9iw10ic2oc3kh2kw1sh3sw4'),
      named('strided 1×1 leaves gaps in dX', 'ih7iw7ic3oc4kh1kw1sh2sw2-same'),
      named('stride remainder: last rows unused', 'mb2ih8iw9ic2oc3kh3kw3sh3sw4'),
      named('strides differ', 'ih9iw8ic3oc2kh3kw3sh1sw3-same'),
      named('even kernel: SAME pads one side more', 'mb2ih5iw6ic2oc3kh2kw4-same'),
      named('SAME pads one side more under stride', 'ih6iw8ic3oc2kh3kw3sh2sw2-same'),
      named('SAME where the last window ends inside', 'ih5iw6ic2oc2kh1kw2sh3sw4-same'),
      named('ceil: window past the border', 'ih6iw7ic2oc3kh3kw3sh2sw3-p1-ceil'),
      named('ceil without pads', 'ih6iw8ic2oc3kh3kw3sh2sw2-p0-ceil'),
      named('round: up on one axis, down on the other', 'ih8iw8ic2oc2kh3kw3sh3sw4-p0-round'),
      named('round at one half', 'ih6iw6ic2oc2kh3kw3sh2sw2-p0-round'),
      named('floor by name', 'ih6iw6ic2oc2kh3kw3sh2sw2-p1-floor'),
      named('window wholly past the border', 'ih3iw3ic2oc2kh1kw1sh3sw3-p0-ceil'),
      named('dilation', 'mb2ih8iw9ic3oc2kh3kw3dh2dw2-same'),
      named('dilation on one axis', 'ih7iw9ic2oc3kh3kw3dh1dw3-same'),
      named('dilation differs, kernel even', 'ih9iw8ic2oc3kh2kw4dh3dw2-same'),
      named('dilation without pads', 'ih9iw9ic2oc2kh3kw3dh2dw3'),
      named('dilation with stride', 'ih9iw10ic2oc3kh3kw2sh2sw3dh2dw2-same'),
      named('stride equals dilation', 'ih10iw10ic2oc2kh3kw3sh2sw2dh2dw2-p2'),
      named('stride on one axis, dilation on the other', 'ih9iw8ic2oc2kh3kw3sh2sw1dh1dw2-p1'),
      named('explicit pads, all four different', 'mb2ih5iw6ic2oc3kh3kw4-pt1pb0pl2pr3'),
      named('explicit pads swapped: what is kept by shapes alone is stale', 'mb2ih5iw6ic2oc3kh3kw4-pt0pb1pl3pr2'),
      named('explicit pads before only', 'ih5iw5ic2oc2kh3kw3sh2sw2-pt2pb0pl1pr0'),
      named('explicit pads after only, ceil', 'ih5iw5ic2oc2kh3kw3sh3sw2-pt0pb2pl0pr1-ceil'),
      named('pads beyond the kernel: outputs without terms', 'ih3iw4ic2oc3kh2kw2-p3'),
      named('pads beyond the kernel, strided', 'ih3iw3ic2oc2kh2kw3sh2sw2-pt4pb3pl4pr5'),
      named('numeric pad, filter not square', 'ih5iw5ic2oc2kh3kw1-p1'),
      named('numeric pad, strides differ', 'ih7iw7ic2oc3kh3kw3sh1sw2-p1'),
      named('1×1 without stride, padded', 'mb2ih4iw5ic3oc4kh1kw1-pt1pb0pl2pr1'),
      named('row filter', 'mb2ih1iw13ic3oc4kh1kw7-same'),
      named('column filter', 'ih13iw2ic3oc4kh7kw1-same'),
      named('channels one short of 4 and 8', 'ih4iw5ic3oc7kh3kw3-same'),
      named('channels at 4 and 8', 'ih4iw5ic4oc8kh3kw3-same'),
      named('channels one past 4 and 8', 'ih4iw5ic5oc9kh3kw3-same'),
      named('4 channels in and out', 'ih5iw4ic4oc4kh2kw3-same'),
      named('4 channels in, 5 out', 'ih4iw5ic4oc5kh3kw3-same'),
      named('one channel in, many out', 'ih6iw6ic1oc17kh3kw3-same'),
      named('many channels in, one out', 'ih6iw6ic17oc1kh3kw3-same'),
      named('NCHW', 'mb2ih5iw6ic3oc4kh3kw2-same-nchw'),
      named('NCHW, strides differ', 'ih8iw9ic2oc3kh3kw3sh3sw2-nchw'),
      named('NCHW, explicit pads', 'mb2ih5iw6ic2oc3kh2kw3-pt1pb0pl2pr3-nchw'),
      named('NCHW, dilation', 'ih8iw7ic2oc3kh2kw3dh2dw1-same-nchw'),
      named('NCHW, ceil', 'ih6iw7ic2oc2kh3kw3sh2sw3-p1-ceil-nchw'),
      named('a row of three taps', 'mb2ih5iw7ic5oc9kh1kw3-same'),
      named('a column of three taps, explicit pads', 'mb2ih6iw5ic9oc7kh3kw1-pt2pb1pl1pr0'),
      named('many odd channels, few pixels', 'ih3iw4ic37oc41kh2kw2-same'),
    ]),
    ...equalSizes(['', '-depthwise']),
    ...manyBlocks(),
    ...depthwiseEdgeCases(),
  ];
}

/**
 * Cases with more of something than one block of memory holds. They are large. They use reals, so that algorithms that are never exact on
 * integers do them too.
 */
function manyBlocks(): Case[] {
  return filledOnce(
    [
      named('more receptive fields than a workspace holds', 'mb2ih48iw48ic8oc3kh3kw3-same'),
      named('more of x than one block of a sum over pixels', 'ih66iw66ic16oc5kh1kw1'),
      named('the same with few channels', 'ih66iw66ic16oc4kh1kw1'),
      named('the same with fewer', 'ih66iw66ic16oc2kh1kw1'),
      named('more tiles than one block', 'ih160iw160ic4oc1kh3kw3-same'),
      named('more lines than one block', 'ih130iw200ic4oc3kh3kw1-same'),
      named('long filters: more tiles of spectra than one block', 'ih110iw110ic1oc1kh1kw16-same'),
      named('long filters with many channels: spectra in slices', 'ih1iw1ic112oc100kh1kw9-same'),
      named('x beyond 65 536 elements', 'ih128iw129ic4oc2kh2kw2sh2sw2-same'),
      named('y beyond 65 536 elements', 'ih91iw91ic1oc8kh1kw1'),
      named('more output channels than are packed at a time', 'ih1iw2ic2oc4099kh1kw1'),
      named('a filter in slices, the last one narrow', 'ih1iw2ic700oc403kh1kw1'),
      named('filter beyond 65 536 elements', 'ih3iw3ic96oc80kh3kw3'),
    ],
    ['reals'],
  );
}
