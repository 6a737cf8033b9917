import {type Case, filledOnce, named} from './case.js';

/**
 * Every size of a problem just beyond a power of two, while the others stay as small as they can. Three mistakes fail on one of these: too
 * few bits for a size, a table that is too short, and vectors without a tail.
 */
export function sizeCases(): Case[] {
  return [
    ...filledOnce([33, 257].flatMap(beyond), ['integers']),
    ...filledOnce(counts()),
    ...filledOnce(beyond16Bits(), ['integers']),
    ...images().map((one): Case => ({...one, oracles: ['reference', 'values']})),
    ...filledOnce(tensorSizes(), ['integers']).map((one): Case => ({...one, oracles: ['reference']})),
  ];
}

/** Most of these cases enlarge two sizes at once, so that few cases are enough. */
function beyond(size: number): Case[] {
  const [s, more] = [size, size + 2];
  const problems: [name: string, problem: string][] = [
    ['batch', `mb${s}ih2iw3ic2oc3kh2kw2`],
    ['batch and multiplier', `mb${s}ih1iw2ic1oc${s}kh1kw2-depthwise`],
    ['channels and stride', `ih${more}iw2ic${s}oc${s}kh2kw1sh${s}-depthwise`],
    ['channels and dilation', `ih2iw${more}ic${s}oc${2 * s}kh1kw2dw${s}-depthwise`],
    ['input channels and stride', `ih${more}iw2ic${s}oc2kh2kw1sh${s}sw2`],
    ['output channels and dilation', `ih2iw${more}ic2oc${s}kh1kw2dw${s}`],
    ['filter width and stride', `ih2iw${2 * s}ic1oc2kh1kw${s}sw${s}`],
    ['filter width, windows overlap', `ih2iw${s + 9}ic1oc2kh1kw${s}sw3-same`],
    ['filter height and dilation', `ih${2 * s}iw2ic2oc1kh${s}kw1dh2`],
    ['image height', `ih${s}iw2ic2oc1kh2kw1`],
    ['image width', `ih2iw${s}ic1oc2kh1kw2`],
    ['dilation of the height', `ih${more}iw2ic1oc2kh2kw1dh${s}`],
    ['pads', `ih2iw3ic1oc2kh2kw2sh3-pt${s}pb0pl1pr${s}`],
  ];
  return problems.map(([name, problem]) => named(`beyond ${size - 1}: ${name}`, problem));
}

/** Large counts over several axes: taps and pixels. */
function counts(): Case[] {
  return [
    named('9 × 9 taps, more than 64', 'ih10iw9ic2oc3kh9kw9-same'),
    named('17 × 16 taps, more than 256', 'ih17iw18ic1oc2kh17kw16'),
    named('depthwise, 9 × 9 taps, more than 64', 'ih10iw9ic2oc2kh9kw9-same-depthwise'),
    named('beyond 65 536 pixels', 'ih260iw260ic1oc1kh1kw1'),
    named('beyond 65 536 pixels of a depthwise convolution', 'ih257iw257ic1oc1kh1kw2-depthwise'),
  ];
}

/** Images of many pixels that make little work, so that they can hold data of every kind: sums over an image are long there. */
function images(): Case[] {
  return [
    named('an image of 725 pixels', 'ih25iw29ic1oc2kh3kw2-same'),
    named('an image of 675 pixels, depthwise', 'ih27iw25ic2oc2kh3kw3-same-depthwise'),
    named('two images of 575 pixels, depthwise', 'mb2ih25iw23ic1oc1kh2kw4-p2-nchw-depthwise'),
  ];
}

/** Single sizes beyond the end of a 16-bit number. Integers are enough, since code that loses part of a size loses it for any values. */
function beyond16Bits(): Case[] {
  return [
    named('beyond 65 536 images', 'mb65537ih1iw1ic1oc1kh1kw1'),
    named('beyond 65 536 in width, with a stride', 'ih1iw65538ic1oc1kh1kw2sw31'),
    named('beyond 65 536 input channels', 'ih1iw1ic65537oc1kh1kw1'),
    named('beyond 65 536 output channels', 'ih1iw1ic1oc65537kh1kw1'),
    named('a stride beyond 65 536', 'ih1iw65539ic1oc1kh1kw2sw65537'),
    named('a dilation beyond 65 536', 'ih1iw65539ic1oc1kh1kw2dw65537'),
  ];
}

/** Tensors with more elements than a shorter index can count. */
function tensorSizes(): Case[] {
  return [
    named('y beyond 2¹⁸ elements', 'ih17iw16ic1oc1025kh1kw1'),
    named('y of a depthwise convolution beyond 2¹⁸ elements', 'ih23iw23ic1oc513kh1kw2-same-depthwise'),
    named('x beyond 2²⁰ elements', 'ih1025iw1024ic1oc1kh1kw2sh8sw8'),
    named('filter beyond 2²⁰ elements', 'ih1iw1ic1024oc1025kh1kw1'),
  ];
}
