import {readFileSync} from 'node:fs';
import type {DoctorReport} from '../../src/cli/doctor.js';
import {start} from '../cli/command.js';
import {userFiles} from '../support/userFiles.js';

const file = userFiles({});

test('on webgl every row is right with convgrad, and some are wrong with tfjs alone', async () => {
  const json = file('doctor.json');
  const {code} = await start('doctor', '--backend', 'webgl', '--json', json).ended;
  const [{about, browser, outcomes}] = (JSON.parse(readFileSync(json, 'utf8')) as DoctorReport).examinations as [
    DoctorReport['examinations'][number],
  ];
  expect(about).toMatchObject({float32: true, renderer: expect.any(String)});
  expect(browser).toContain('Mozilla');
  expect(outcomes.filter(({convgrad}) => convgrad !== 'right')).toEqual([]);
  const alone = new Map(outcomes.map(({what, alone}) => [what, alone]));
  expect(alone.get('tf.conv2d 1×1, odd channels, x computed by the backend')).toMatch(/^wrong by/);
  expect(alone.get('gradients of tf.conv2d under dilation')).toMatch(/^throws: .*dilation/);
  expect(code).toBe(0);
});

test('on webgpu every row is right and every op is trainable with convgrad', async () => {
  const json = file('webgpu.json');
  const {code} = await start('doctor', '--backend', 'webgpu', '--json', json).ended;
  const [{about, outcomes, untrainable}] = (JSON.parse(readFileSync(json, 'utf8')) as DoctorReport).examinations as [
    DoctorReport['examinations'][number],
  ];
  expect(about).toMatchObject({adapter: expect.stringContaining('swiftshader')});
  expect(outcomes.filter(({convgrad}) => convgrad !== 'right')).toEqual([]);
  const alone = new Map(outcomes.map(({what, alone}) => [what, alone]));
  expect(alone.get('tf.conv2d and both gradients')).toBe('right');
  expect(alone.get("gradients of tf.conv2d, dimRoundingMode 'ceil'")).toMatch(/^wrong by/);
  expect(untrainable.convgrad).toEqual([]);
  expect(code).toBe(0);
});
