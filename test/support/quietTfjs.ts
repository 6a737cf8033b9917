/** Leaves out the advertisement for tfjs-node that every test file would print once. */
const warn = console.warn;
console.warn = (...message: unknown[]) => {
  if (!String(message[0]).includes('Hi, looks like you are running TensorFlow.js in Node.js')) warn(...message);
};
