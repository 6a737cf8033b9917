/**
 * Where a tensor comes from. That decides how backends keep its data: on the host or the device, at an offset, in memory that another
 * tensor has too, under another dtype or in another layout.
 */
export const provenanceNames = [
  'uploaded',
  'computed',
  'int32',
  'bool',
  'sliced',
  'reshaped',
  'transposed',
  'concatenated',
  'cloned',
  'shared',
  'readBack',
  'packed',
  'unpacked',
  'moved',
  'realPart',
  'imaginaryPart',
  'pixels',
] as const;
export type ProvenanceName = (typeof provenanceNames)[number];
