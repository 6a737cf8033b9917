import type {Tensor} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type {LayersModel} from '@tensorflow/tfjs-layers';
import {lenet5} from '../networks/lenet5.js';
import {resnet20} from '../networks/resnet20.js';
import {unet} from '../networks/unet.js';

/** A network whose training step is timed. */
export interface StepNetwork {
  name: string;
  /** The number of images per step. */
  batch: number;
  make(): LayersModel;
  /** The loss for the network's output, [batch, …]. */
  loss(wanted: Tensor, output: Tensor): Tensor;
}

/** Networks at the sizes at which people train them in a browser. */
export const stepNetworks: readonly StepNetwork[] = [
  {name: 'LeNet-5', batch: 32, make: lenet5, loss: tf.losses.softmaxCrossEntropy},
  {name: 'ResNet-20', batch: 8, make: () => resnet20(32, 16, 10), loss: tf.losses.softmaxCrossEntropy},
  {name: 'U-Net 64×64', batch: 8, make: () => unet(64, 8), loss: tf.losses.sigmoidCrossEntropy},
];
