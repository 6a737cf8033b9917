import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

const scripts = join(__dirname, '../../scripts');

/** The files that a script loads at its start, itself included, and the packages that these import. */
function loadedBy(file: string, files = new Set<string>(), packages = new Set<string>()) {
  if (files.has(file)) return {files, packages};
  files.add(file);
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?:[^;]*? from )?'([^']+)';$/gm)) {
    if (name!.startsWith('.')) loadedBy(join(dirname(file), name!), files, packages);
    else if (!name!.startsWith('node:')) packages.add(name!);
  }
  return {files, packages};
}

test('npm start and npm test load no package before they have installed any', () => {
  const {files, packages} = loadedBy(join(scripts, 'run.mjs'));
  expect(files.size).toBeGreaterThan(5);
  expect([...packages]).toEqual([]);
  expect([...loadedBy(join(scripts, 'bundle.mjs')).packages]).toContain('rollup');
});
