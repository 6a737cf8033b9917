import {deepLab} from './deepLab.js';
import {graphModel} from './graphModel.js';
import {lenet5} from './lenet5.js';
import {mobileNet} from './mobileNet.js';
import type {RealModel} from './realModel.js';
import {resnet20} from './resnet20.js';
import {tcn} from './tcn.js';
import {unet} from './unet.js';
import {wganGp} from './wganGp.js';

export type {Learner, RealModel} from './realModel.js';

export const realModels: readonly RealModel[] = [lenet5, resnet20, unet, deepLab, tcn, wganGp, mobileNet, graphModel];
