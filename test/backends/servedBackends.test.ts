import {servedBackends} from '../../src/backends/index.js';
import {algorithmsOf} from '../../src/plugin/select.js';

test.each(servedBackends().map((backend) => [backend]))('%s has the direct algorithm', (backend) => {
  expect(algorithmsOf(backend)).toContain('direct');
});
