// The page in which calls run on webgl and webgpu.
export {prepare, run} from './subject.js';
