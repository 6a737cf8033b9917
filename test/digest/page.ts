// The page in which results on webgl and webgpu are hashed.
export {hashesOf, prepare} from './subject.js';
