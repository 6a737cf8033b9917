// The page in which calls run on webgl and webgpu.
export {answer, prepare} from './subject.js';
