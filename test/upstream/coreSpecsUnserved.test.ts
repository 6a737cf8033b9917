import {type Installation, install, uninstall} from 'tfjs-convgrad';
import {convolutionSpecs, coreSpec} from './coreSpecs.js';

describe("tfjs-core's own specs on cpu while convgrad serves another backend", () => {
  let installation: Installation;
  beforeAll(() => {
    installation = install({backends: ['wasm']});
  });
  afterAll(uninstall);

  for (const spec of convolutionSpecs.map(coreSpec)) {
    describe(spec.file, () => {
      const {registered, finished} = spec.register('cpu');
      it('ran every spec in the file without a failure', () => {
        expect(registered).toHaveLength(spec.count);
        expect(finished).toEqual(registered);
      });
    });
  }

  it('were served by tfjs alone', () => expect(installation.report().calls).toEqual([]));
});
