/** One axis of a convolution as a kernel may understand or misunderstand it. */
export interface AxisParameters {
  size: number;
  windows: number;
  filter: number;
  stride: number;
  dilation: number;
  before: number;
  after: number;
}

/** Tap `tap` of window `window` is multiplied with element `input` of the line. */
export interface Link {
  window: number;
  tap: number;
  input: number;
}

/** What a kernel makes of an axis. Functions get the other axis too, to mistake it for their own. */
export interface AxisModel {
  axis: AxisParameters;
  /** What becomes of the links of every tap of every window, those that fall beyond the line among them. */
  relink(links: readonly Link[], axis: AxisParameters, other: AxisParameters): readonly Link[];
  /** The test that lets a link pass. */
  holds(link: Link, axis: AxisParameters, other: AxisParameters): boolean;
}

/** The line of a kernel that makes no mistake. */
export function correctAxisModel(axis: AxisParameters): AxisModel {
  return {axis, relink: (links) => links, holds: isInside};
}

/** Whether the link falls on the line, and its window is one of the result's. */
export function isInside({window, input}: Link, {size, windows}: AxisParameters): boolean {
  return input >= 0 && input < size && window >= 0 && window < windows;
}

/** The links that the line's pass sums over. */
export function linksOf({axis, relink: wire, holds}: AxisModel, other: AxisParameters): readonly Link[] {
  return wire(allLinks(axis), axis, other).filter((link) => holds(link, axis, other));
}

/** Where every tap of every window falls, beyond the line as well. */
export function allLinks({windows, filter, stride, dilation, before}: AxisParameters): Link[] {
  return Array.from({length: windows * filter}, (_, i) => {
    const [window, tap] = [Math.floor(i / filter), i % filter];
    return {window, tap, input: window * stride - before + tap * dilation};
  });
}

/** From the first to the last element that a window covers. */
export function span({filter, dilation}: Pick<AxisParameters, 'filter' | 'dilation'>): number {
  return (filter - 1) * dilation + 1;
}

/** How far the last window reaches beyond the line; negative where it ends inside. */
export function overhang(axis: AxisParameters): number {
  return (axis.windows - 1) * axis.stride + span(axis) - axis.size - axis.before;
}
