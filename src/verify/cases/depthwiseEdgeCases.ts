import {type Case, named} from './case.js';

/** What can go wrong in the channels of a depthwise convolution, and once more in its geometry. */
export function depthwiseEdgeCases(): Case[] {
  const problems: [name: string, problem: string][] = [
    ['one of everything', 'ih1iw1ic1oc1kh1kw1'],
    ['one channel, one output each', 'ih5iw6ic1oc1kh3kw3-same'],
    ['one channel, three outputs', 'mb2ih5iw6ic1oc3kh3kw2-same'],
    ['two channels, two outputs each', 'mb2ih5iw6ic2oc4kh3kw3-same'],
    ['multiplier 3', 'mb2ih6iw5ic2oc6kh2kw3'],
    ['multiplier 2, odd channels', 'mb2ih5iw7ic3oc6kh3kw3-same'],
    ['multiplier 3, odd channels', 'ih5iw6ic3oc9kh3kw2-same'],
    ['channels one short of 4', 'ih5iw4ic3oc3kh3kw3-same'],
    ['channels at 4', 'ih5iw4ic4oc4kh3kw3-same'],
    ['channels one past 4', 'ih4iw5ic5oc5kh3kw3-same'],
    ['channels one short of 8', 'ih4iw5ic7oc7kh3kw3-same'],
    ['channels at 8, multiplier 2', 'ih4iw5ic8oc16kh3kw3-same'],
    ['channels one past 8, multiplier 3', 'ih4iw5ic9oc27kh3kw3-same'],
    ['empty batch', 'mb0ih5iw4ic2oc4kh3kw2-same'],
    ['batch of three', 'mb3ih4iw4ic2oc4kh2kw2'],
    ['1×1', 'mb2ih4iw5ic3oc6kh1kw1'],
    ['filter as large as the input', 'mb2ih4iw5ic3oc3kh4kw5'],
    ['strides', 'ih8iw9ic3oc3kh3kw3sh2sw2-same'],
    ['strides differ', 'ih9iw8ic3oc6kh3kw3sh1sw3-same'],
    ['stride beyond the kernel', 'mb2ih9iw10ic2oc4kh2kw1sh3sw4'],
    ['stride remainder', 'mb2ih8iw9ic2oc2kh3kw3sh3sw4'],
    ['even kernel', 'mb2ih5iw6ic2oc2kh2kw4-same'],
    ['dilation', 'mb2ih8iw9ic3oc3kh3kw3dh2dw2-same'],
    ['dilation differs', 'ih9iw8ic2oc4kh2kw4dh3dw2-same'],
    ['dilation with stride', 'ih9iw10ic3oc3kh3kw2sh2sw3dh2dw2-same'],
    ['explicit pads', 'mb2ih5iw6ic2oc4kh3kw4-pt1pb0pl2pr3'],
    ['numeric pad, filter not square', 'ih5iw5ic2oc2kh3kw1-p1'],
    ['numeric pad, strides differ', 'ih7iw7ic2oc6kh3kw3sh1sw2-p1'],
    ['pads beyond the kernel', 'ih3iw4ic2oc2kh2kw2-p3'],
    ['ceil', 'ih6iw7ic2oc4kh3kw3sh2sw3-p1-ceil'],
    ['round', 'ih8iw8ic2oc2kh3kw3sh3sw4-p0-round'],
    ['NCHW', 'mb2ih5iw6ic3oc6kh3kw2-same-nchw'],
    ['NCHW, explicit pads, stride', 'mb2ih5iw6ic2oc2kh2kw3sh2sw1-pt1pb0pl2pr3-nchw'],
    ['NCHW, dilation, ceil', 'ih8iw9ic2oc4kh2kw3sh2sw2dh2dw1-p1-ceil-nchw'],
    ['more terms than one block holds', 'mb2ih9iw9ic5oc10kh9kw9-same'],
    ['more of x than one block of pixels', 'ih92iw91ic16oc16kh2kw2-same'],
  ];
  return problems.map(([name, problem]) => named(`depthwise, ${name}`, `${problem}-depthwise`));
}
