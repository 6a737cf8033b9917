import {rmSync} from 'node:fs';

export default function teardown() {
  rmSync(process.env.CONVGRAD_TEST_PROJECT, {recursive: true, force: true});
}
