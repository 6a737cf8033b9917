import {type Conv2DInfo, type Conv2DRequest, conv2dInfo} from '../geometry/conv2dInfo.js';

interface CachedGeometry {
  request: Conv2DRequest;
  info: Conv2DInfo;
}

/** The limit of cached geometries, above the number of layers in a program. Reaching it clears the cache. */
const maxEntries = 1_000;
const cache = new Map<number, CachedGeometry[]>();
let count = 0;

/**
 * Resolves a request, and returns the same object for an equal request. It caches because resolving takes longer than a small
 * convolution.
 * @throws ConvgradError as {@link conv2dInfo} does
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
  // The request is copied, because its lists may belong to the caller, who may change them.
  cache.set(hash, [...(cache.get(hash) ?? []), {request: copyOf(request), info}]);
  return info;
}

function copyOf(request: Conv2DRequest): Conv2DRequest {
  return Object.fromEntries(Object.entries(request).map(([name, value]) => [name, copied(value)])) as never;
}

/** Copies a value or nested lists of values. They may be proxies, which `structuredClone` refuses. */
function copied(value: unknown): unknown {
  return Array.isArray(value) ? value.map(copied) : value;
}

/** Hashes the two shapes; the other fields distinguish few requests. */
function hashRequest({xShape, filterShape}: Conv2DRequest): number {
  return hashShape(filterShape, hashShape(xShape, 0));
}

/** Hashes a shape that is not checked yet, so its elements may be anything. */
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

/** Whether two values, or nested lists of values, are equal. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!isEqual(a[i], b[i])) return false;
  return true;
}
