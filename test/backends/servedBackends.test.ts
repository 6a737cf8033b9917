import {servedBackends} from '../../src/backends/servedBackends.js';
import {algorithmsOf} from '../../src/plugin/select.js';

test.each(servedBackends().map((backend) => [backend]))('%s is served by a family that select knows', (backend) => {
  expect(algorithmsOf(backend)).toContain('direct');
});
