import {type Conv2DInfo, type Conv2DRequest, conv2dInfo} from '../geometry/conv2dInfo.js';

interface CachedGeometry {
  request: Conv2DRequest;
  info: Conv2DInfo;
}

/** More than programs have layers; beyond them all are resolved anew. */
const maxEntries = 1_000;
const cache = new Map<number, CachedGeometry[]>();
let count = 0;

/**
 * The geometry of a request, the same object for the same request: resolving one takes longer than a small convolution.
 * @throws ConvgradError as {@link conv2dInfo}
 */
export function resolveGeometry(
  functionName: string,
  request: Conv2DRequest,
  names?: Parameters<typeof conv2dInfo>[2],
): Conv2DInfo {
  const hash = hashRequest(request);
  const bucket = cache.get(hash);
  if (bucket) for (const {request: other, info} of bucket) if (isSame(request, other)) return info;
  const info = conv2dInfo(functionName, request, names);
  if (count >= maxEntries) {
    cache.clear();
    count = 0;
  }
  count++;
  // Its lists may be the caller's, who may change them.
  cache.set(hash, [...(cache.get(hash) ?? []), {request: copyOf(request), info}]);
  return info;
}

function copyOf(request: Conv2DRequest): Conv2DRequest {
  return Object.fromEntries(Object.entries(request).map(([name, value]) => [name, copied(value)])) as never;
}

/** A value, or a list of such, which may be a proxy that no `structuredClone` takes. */
function copied(value: unknown): unknown {
  return Array.isArray(value) ? value.map(copied) : value;
}

/** Of the sizes; what else there is tells only few apart. */
function hashRequest({xShape, filterShape}: Conv2DRequest): number {
  return hashShape(filterShape, hashShape(xShape, 0));
}

/** Whatever stands among the sizes: they are not checked yet. */
function hashShape(shape: unknown, start: number): number {
  if (!Array.isArray(shape)) return start;
  let hash = start;
  for (const size of shape) hash = (Math.imul(hash, 31) + (typeof size === 'number' ? size : 0)) | 0;
  return hash;
}

function isSame(a: Conv2DRequest, b: Conv2DRequest): boolean {
  return (
    a.kind === b.kind &&
    a.dataFormat === b.dataFormat &&
    a.dimRoundingMode === b.dimRoundingMode &&
    isEqual(a.xShape, b.xShape) &&
    isEqual(a.filterShape, b.filterShape) &&
    isEqual(a.strides, b.strides) &&
    isEqual(a.dilations, b.dilations) &&
    isEqual(a.pad, b.pad)
  );
}

/** Values, lists of values, or lists of such. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!isEqual(a[i], b[i])) return false;
  return true;
}
