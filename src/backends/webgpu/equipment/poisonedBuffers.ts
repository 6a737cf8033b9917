import {backend} from '@tensorflow/tfjs-core';

/** The parts of tfjs's webgpu backend that are used here. */
interface WebGPU {
  bufferManager: {acquireBuffer(size: number, usage: number, mapped?: boolean, reuse?: boolean): object};
  device: {queue: {writeBuffer(buffer: object, offset: number, values: Float32Array): void}};
}

/** `GPUBufferUsage.STORAGE` and `.COPY_DST`. */
const storage = 0x80 | 0x08;

/**
 * Runs fn with NaN in every buffer that tfjs's webgpu backend hands out for a tensor. A buffer from its pool keeps its former content, so
 * an element that a shader leaves unwritten may be right by chance.
 */
export function withPoisonedBuffers<T>(fn: () => T): T {
  const {bufferManager, device} = backend() as unknown as WebGPU;
  const {acquireBuffer} = bufferManager;
  bufferManager.acquireBuffer = (size, usage, mapped, reuse) => {
    const buffer = acquireBuffer.call(bufferManager, size, usage, mapped, reuse);
    // This write precedes everything submitted later, including the shader that fills the buffer. No pending command uses the buffer,
    // because tfjs keeps such buffers back.
    const isTensor = (usage & storage) === storage && !mapped;
    if (isTensor) device.queue.writeBuffer(buffer, 0, new Float32Array(size / 4).fill(Number.NaN));
    return buffer;
  };
  try {
    return fn();
  } finally {
    bufferManager.acquireBuffer = acquireBuffer;
  }
}
