// What a browser page is made of that trains models for a program outside.
export {tryModel} from './tryModel.js';
