import * as fc from 'fast-check';
import {flopsOf} from '../../../geometry/pass.js';
import {type Problem, parseProblem, problemInfo, resolves} from '../../../geometry/problem.js';
import {anyProblem} from '../../cases/randomProblem.js';

/** Small problems that tell mistakes apart. Their axes differ, and each quantity occurs somewhere without the others. */
const small = [
  'mb3ih5iw6ic3oc2kh3kw2',
  'mb2ih5iw6ic2oc3kh2kw4-same',
  'mb2ih6iw8ic3oc5kh3kw3sh2sw2-same',
  'mb2ih7iw9ic5oc3kh3kw3sh2sw3-p1',
  'mb2ih9iw10ic2oc3kh2kw1sh3sw4',
  'ih8iw9ic3oc2kh3kw4sh3sw2-pt1pb0pl2pr3',
  'mb2ih9iw8ic3oc2kh2kw4dh3dw2-same',
  'ih9iw11ic2oc3kh3kw2sh2sw3dh2dw1-same',
  'ih9iw10ic3oc2kh2kw3sh1sw2dh2dw3-p2',
  'mb2ih6iw7ic2oc2kh3kw2sh2sw3-p1-ceil',
  'mb2ih6iw7ic2oc2kh2kw3sh2sw2dh2dw1-p1',
  'mb2ih7iw6ic3oc2kh3kw2sh1sw2dh1dw2-pt1pb0pl0pr2',
  'mb3ih7iw8ic2oc3kh2kw2sh3sw2dh3dw2-same',
  'mb2ih6iw5ic5oc3kh2kw2sh2sw1dh1dw2-same',
  'ih6iw5ic9oc5kh2kw3-pt2pb0pl0pr1',
  'mb3ih3iw4ic6oc7kh1kw1',
  'mb2ih6iw5ic3oc3kh3kw3-pt1pb2pl0pr1-nchw',
  'ih4iw4ic17oc9kh3kw3-same',
  'ih19iw34ic1oc2kh2kw3-same',
  'ih33iw17ic2oc1kh4kw5sh1sw1dh2dw3',
  'ih18iw38ic1oc1kh2kw2-pt0pb1pl1pr2',
  'ih8iw11ic2oc2kh3kw4sh3sw3-p0-ceil',
  'mb2ih7iw9ic2oc1kh2kw3sh2sw4-p0-ceil',
  'ih2iw3ic66oc3kh1kw1',
  'mb3ih2iw2ic3oc67kh1kw1',
  'ih5iw6ic35oc4kh3kw5-p2',
  'mb3ih6iw5ic2oc34kh5kw3-same',
];

/** Problems with tensors of more than 2^16 elements, each of the three in turn. They are for mistakes in addresses. */
const large = [
  'ih96iw175ic4oc2kh2kw2sh2sw2-same',
  'mb2ih130iw131ic4oc2kh1kw1',
  'ih91iw93ic1oc8kh1kw1',
  'ih3iw3ic96oc80kh3kw3',
  'ih2iw3ic80oc96kh3kw3-same',
];

/** Problems on which to try a diagnosis. @param isLarge whether the failure is one of large tensors */
export function probes(isLarge: boolean): Problem[] {
  return [...small, ...(isLarge ? large : [])].map(parseProblem);
}

/** More problems, the same each time, for what the others leave open. */
export function furtherProbes(): Problem[] {
  const drawn = fc.sample(anyProblem, {seed: 5, numRuns: 400}).filter(({kind}) => kind !== 'depthwise');
  return drawn.filter((problem) => flopsOf(problemInfo(problem)) < 30_000);
}

/** Problems similar to those that failed, for failures that need something rare. */
export function neighbours(smallest: Problem, original: Problem): Problem[] {
  const more = (p: Problem): Problem[] => [
    {...p, inHeight: p.inHeight + 2, inWidth: p.inWidth + 3},
    {...p, inHeight: p.inHeight + 5, inWidth: p.inWidth + 4},
    {...p, batch: p.batch + 1, inChannels: p.inChannels + 1, outChannels: p.outChannels + 2},
    {
      ...p,
      inHeight: p.inHeight + 3,
      inWidth: p.inWidth + 4,
      inChannels: p.inChannels + 2,
      outChannels: p.outChannels + 1,
    },
    {
      ...p,
      inHeight: p.inHeight + 4,
      inWidth: p.inWidth + 3,
      filterHeight: p.filterHeight + 1,
      filterWidth: p.filterWidth + 2,
    },
    {
      ...p,
      inHeight: p.inHeight + 4,
      inWidth: p.inWidth + 6,
      strideHeight: p.strideHeight + 1,
      dilationWidth: p.dilationWidth + 1,
    },
  ];
  return [...more(smallest), ...more(original)].filter(resolves);
}
