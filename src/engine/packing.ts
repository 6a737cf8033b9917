import {countHit, makeCounters} from './coverageCounter.js';
import type {StackedMatrix} from './engine.js';
import type {Panel} from './panels.js';
import type {Kernels} from './wasmModule.js';

/** Bytes of the staging memory through which matrices pass into panels. It stays in a level-2 cache. */
export const stagingBytes = 1 << 17;
const stagingFloats = stagingBytes / 4;

export const packingCounters = makeCounters(['packing rows', 'packing columns', 'packing by elements']);
const [byRows, byColumns, byElements] = packingCounters;

/**
 * Packs matrices that are stacked one below the other into panels, part by part through the staging memory. Each element is read
 * once.
 * @param stagingAddress the address of the staging memory
 * @param n the columns of the matrices, which the panels divide among them
 */
export function packPanels(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  stagingAddress: number,
  n: number,
  panels: readonly Panel[],
  blocks: readonly StackedMatrix[],
): void {
  const stage = new Float32Array(memory.buffer, stagingAddress, stagingFloats);
  let above = 0;
  for (const block of blocks) {
    const {data, offset, rowStride, columnStride, rows} = block;
    /** Packs `count` rows of a panel from the staging memory. `from` is their offset there; offset and strides are floats. */
    const pack = (
      {columns, width, address, rowStep, columnStep}: Panel,
      row: number,
      count: number,
      from: number,
      strides: [number, number],
    ) => {
      const [down, right] = strides;
      for (let j = 0; j < (width === 1 ? columns : 1); j++) {
        const to = address + j * columnStep + (above + row) * rowStep;
        const source = stagingAddress + 4 * (from + j * right);
        kernels.pack(source, 4 * down, 4 * right, count, Math.min(columns, width), width, to, rowStep);
      }
    };
    if (columnStride <= rowStride && n * columnStride <= stagingFloats) {
      countHit?.(byRows);
      const most = 1 + Math.floor((stagingFloats - n * columnStride) / rowStride);
      for (let row = 0; row < rows; row += most) {
        const count = Math.min(most, rows - row);
        const from = offset + row * rowStride;
        stage.set(data.subarray(from, from + (count - 1) * rowStride + (n - 1) * columnStride + 1));
        for (const panel of panels) pack(panel, row, count, panel.column * columnStride, [rowStride, columnStride]);
      }
    } else if (rowStride < columnStride && 7 * columnStride + rows * rowStride <= stagingFloats) {
      countHit?.(byColumns);
      for (const panel of panels) {
        const from = offset + panel.column * columnStride;
        stage.set(data.subarray(from, from + (panel.columns - 1) * columnStride + (rows - 1) * rowStride + 1));
        pack(panel, 0, rows, 0, [rowStride, columnStride]);
      }
    } else {
      countHit?.(byElements);
      const most = stagingFloats / 8;
      for (const panel of panels) {
        for (let row = 0; row < rows; row += most) {
          const count = Math.min(most, rows - row);
          for (let i = 0; i < count; i++) {
            const from = offset + (row + i) * rowStride + panel.column * columnStride;
            for (let j = 0; j < panel.columns; j++) stage[8 * i + j] = data[from + j * columnStride];
          }
          pack(panel, row, count, 0, [8, 1]);
        }
      }
    }
    above += rows;
  }
}
