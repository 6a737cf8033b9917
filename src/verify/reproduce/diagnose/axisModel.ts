/** One axis of a convolution, as a kernel understands or misunderstands it. */
export interface AxisParameters {
  size: number;
  windows: number;
  filter: number;
  stride: number;
  dilation: number;
  before: number;
  after: number;
}

/** The product of tap `tap` in window `window` with element `input` of the line. */
export interface Link {
  window: number;
  tap: number;
  input: number;
}

/** How a kernel treats an axis. The functions get the other axis too, since a kernel may mistake it for this one. */
export interface AxisModel {
  axis: AxisParameters;
  /** Changes the links of every tap of every window, including those that fall beyond the line. */
  relink(links: readonly Link[], axis: AxisParameters, other: AxisParameters): readonly Link[];
  /** Tests whether a link counts. */
  holds(link: Link, axis: AxisParameters, other: AxisParameters): boolean;
}

/** The axis model of a kernel that makes no mistake. */
export function correctAxisModel(axis: AxisParameters): AxisModel {
  return {axis, relink: (links) => links, holds: isInside};
}

/** Whether the link falls on the line, and its window is one of the result's. */
export function isInside({window, input}: Link, {size, windows}: AxisParameters): boolean {
  return input >= 0 && input < size && window >= 0 && window < windows;
}

/** The links over which the pass sums. */
export function linksOf({axis, relink: wire, holds}: AxisModel, other: AxisParameters): readonly Link[] {
  return wire(allLinks(axis), axis, other).filter((link) => holds(link, axis, other));
}

/** The link of every tap of every window, including those that fall beyond the line. */
export function allLinks({windows, filter, stride, dilation, before}: AxisParameters): Link[] {
  return Array.from({length: windows * filter}, (_, i) => {
    const [window, tap] = [Math.floor(i / filter), i % filter];
    return {window, tap, input: window * stride - before + tap * dilation};
  });
}

/** The distance from the first to the last element that a window covers, both included. */
export function span({filter, dilation}: Pick<AxisParameters, 'filter' | 'dilation'>): number {
  return (filter - 1) * dilation + 1;
}

/** How far the last window reaches beyond the line; negative where it ends inside. */
export function overhang(axis: AxisParameters): number {
  return (axis.windows - 1) * axis.stride + span(axis) - axis.size - axis.before;
}
