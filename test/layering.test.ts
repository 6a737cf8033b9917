import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import ts from 'typescript';

/** From the ground up; a file imports from its own floor or from a floor below. Files at the top of src/ stand above all. */
const floors = [
  ['geometry'],
  ['engine'],
  ['algorithms'],
  ['backends'],
  ['plugin'],
  ['rules'],
  ['verify'],
  ['bench'],
  ['cli'],
];
const roof = ['index.ts', 'register.ts'];

type Imports = ReadonlyMap<string, readonly string[]>;

/** Every file with the files of the project that it imports, types and dynamic imports included. */
function readImports(root: string): Imports {
  const files = readdirSync(root, {recursive: true, encoding: 'utf8'}).filter((file) => file.endsWith('.ts'));
  return new Map(
    files.map((file) => {
      const {importedFiles} = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
      const local = importedFiles.map(({fileName}) => fileName).filter((name) => name.startsWith('.'));
      return [file, local.map((name) => relative(root, join(root, dirname(file), name)).replace(/\.js$/, '.ts'))];
    }),
  );
}

function floorOf(file: string): number {
  return file.includes('/') ? floors.findIndex((floor) => floor.includes(file.split('/')[0])) : floors.length;
}

function upwardImports(imports: Imports): string[] {
  return [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => floorOf(target) > floorOf(file))
      .map((target) => `${file} imports ${target} from a floor above`),
  );
}

function circles(imports: Imports): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file)) return;
    done.add(file);
    for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

describe('the source tree', () => {
  const imports = readImports(join(__dirname, '../src'));

  it('has every file on a floor', () => {
    const strays = [...imports.keys()].filter((file) =>
      file.includes('/') ? floorOf(file) < 0 : !roof.includes(file),
    );
    expect(strays).toEqual([]);
    expect(imports.size).toBeGreaterThan(30);
  });

  it('has no upward import', () => {
    expect(upwardImports(imports)).toEqual([]);
  });

  it('has no import circle', () => {
    expect(circles(imports)).toEqual([]);
  });

  it('imports only files that exist', () => {
    const missing = [...imports].flatMap(([file, targets]) =>
      targets.filter((target) => !imports.has(target)).map((t) => `${file} → ${t}`),
    );
    expect(missing).toEqual([]);
  });

  it('imports only tfjs in what users bundle', () => {
    const allowed = /^(@tensorflow\/tfjs|\.)/;
    const reached = new Set<string>();
    const reach = (file: string) => {
      if (reached.has(file)) return;
      reached.add(file);
      imports.get(file)?.forEach(reach);
    };
    roof.forEach(reach);
    for (const file of reached) {
      const {importedFiles} = ts.preProcessFile(readFileSync(join(__dirname, '../src', file), 'utf8'), true, true);
      expect(importedFiles.map(({fileName}) => fileName).filter((name) => !allowed.test(name))).toEqual([]);
    }
  });
});

it('no file imports all of tfjs, so a page loads no more of it than it uses', () => {
  const root = join(__dirname, '../src');
  const files = readdirSync(root, {recursive: true, encoding: 'utf8'}).filter((file) => file.endsWith('.ts'));
  const specifiers = (file: string) =>
    ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true).importedFiles;
  const whole = files.filter((file) => specifiers(file).some(({fileName}) => fileName === '@tensorflow/tfjs'));
  expect(whole).toEqual([]);
});

describe('the checks above', () => {
  it('find an upward import', () => {
    const imports = new Map([['geometry/a.ts', ['plugin/b.ts', 'geometry/c.ts']]]);
    expect(upwardImports(imports)).toEqual(['geometry/a.ts imports plugin/b.ts from a floor above']);
  });

  it('find a circle', () => {
    const imports = new Map([
      ['plugin/a.ts', ['plugin/b.ts']],
      ['plugin/b.ts', ['plugin/c.ts']],
      ['plugin/c.ts', ['plugin/a.ts']],
    ]);
    expect(circles(imports)).toEqual(['plugin/a.ts → plugin/b.ts → plugin/c.ts → plugin/a.ts']);
  });
});
