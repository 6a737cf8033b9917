import type {Conv2DInfo} from '../../src/geometry/conv2dInfo.js';
import {explicitPads} from '../../src/geometry/explicitPads.js';

/** Shapes in ONNX's order: images [N, C, H, W], filters [F, C, kh, kw], depthwise filters [C·M, 1, kh, kw]. */
export interface OnnxShapes {
  x: number[];
  filter: number[];
  y: number[];
}

export function onnxShapes(info: Conv2DInfo): OnnxShapes {
  const {batch, inChannels, outChannels, filterHeight, filterWidth} = info;
  return {
    x: [batch, inChannels, info.inHeight, info.inWidth],
    filter: [outChannels, info.kind === 'depthwise' ? 1 : inChannels, filterHeight, filterWidth],
    y: [batch, outChannels, info.outHeight, info.outWidth],
  };
}

/**
 * Encodes a forward convolution as an ONNX model. Its filter is an input, so that the runtime cannot prepare it before a call.
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the fields, https://onnx.ai/onnx/operators/onnx__Conv.html
 * for the operator.
 */
export function onnxModel(info: Conv2DInfo): Uint8Array {
  const [, [top, bottom], [left, right]] = explicitPads(info);
  const shapes = onnxShapes(info);
  const node = message(
    text(1, 'x'),
    text(1, 'filter'),
    text(2, 'y'),
    text(4, 'Conv'),
    field(5, integers('strides', [info.strideHeight, info.strideWidth])),
    field(5, integers('dilations', [info.dilationHeight, info.dilationWidth])),
    field(5, integers('pads', [top, left, bottom, right])),
    field(5, integer('group', info.kind === 'depthwise' ? info.inChannels : 1)),
  );
  const graph = message(
    field(1, node),
    text(2, 'convolution'),
    field(11, value('x', shapes.x)),
    field(11, value('filter', shapes.filter)),
    field(12, value('y', shapes.y)),
  );
  const [irVersion, opset] = [8, 13];
  return Uint8Array.from(message(number(1, irVersion), field(8, number(2, opset)), field(7, graph)));
}

/** A description of a float32 tensor. */
function value(name: string, shape: readonly number[]): number[] {
  const dimensions = shape.flatMap((size) => field(1, number(1, size)));
  return message(text(1, name), field(2, field(1, message(number(1, 1), field(2, dimensions)))));
}

function integers(name: string, values: readonly number[]): number[] {
  return message(text(1, name), ...values.map((each) => number(8, each)), number(20, 7));
}

function integer(name: string, one: number): number[] {
  return message(text(1, name), number(3, one), number(20, 2));
}

// Protocol buffers: a field is its number and wire type, followed by a number in groups of seven bits, or by a length and so many
// bytes.

function message(...fields: readonly number[][]): number[] {
  return fields.flat();
}

function number(of: number, whole: number): number[] {
  return [...varint(of << 3), ...varint(whole)];
}

function field(of: number, bytes: readonly number[]): number[] {
  return [...varint((of << 3) | 2), ...varint(bytes.length), ...bytes];
}

function text(of: number, letters: string): number[] {
  return field(of, [...new TextEncoder().encode(letters)]);
}

function varint(whole: number): number[] {
  const bytes: number[] = [];
  for (let rest = whole; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}
