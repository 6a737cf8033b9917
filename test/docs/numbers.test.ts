import {readFileSync} from 'node:fs';
import {join} from 'node:path';

const read = (file: string) => readFileSync(join(__dirname, '../..', file), 'utf8');

/** Forward, dX and dFilter of each layer in the table of a page, and of the row of means. A dash means no value. */
function timesOf(page: string): {layers: number[][]; mean: number[]} {
  const cells = read(page)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.replaceAll('*', '').trim()),
    );
  const numbers = (row: string[]) => row.slice(1).map(Number.parseFloat);
  const mean = cells.find(([name]) => name === 'geometric mean') as string[];
  return {layers: cells.filter(([name]) => name!.includes('`mb')).map(numbers), mean: numbers(mean)};
}

test.each(['webgl', 'webgpu'])('the means in docs/%s.md match its rows and README.md', (backend) => {
  const {layers, mean} = timesOf(`docs/${backend}.md`);
  expect(layers.length).toBeGreaterThan(20);
  for (const [i, told] of mean.entries()) {
    const logarithms = layers.flatMap((row) => (Number.isNaN(row[i]) ? [] : Math.log(row[i]!)));
    const computed = Math.exp(logarithms.reduce((sum, value) => sum + value) / logarithms.length);
    expect(Math.abs(told / computed - 1)).toBeLessThan(0.005);
  }
  const [forward, dX, dFilter] = mean.map((value) => value.toFixed(1));
  expect(read('README.md')).toMatch(
    new RegExp(`${forward}, ${dX} and ${dFilter} times( as fast as tfjs's)? on \\[${backend}\\]`),
  );
});
