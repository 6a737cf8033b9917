import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

const root = join(__dirname, '../..');
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n');

/** The targets of a page's links within the repository. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^\w+:/.test(target));
}

it.each(pages)('every link of %s leads to a file', (page) => {
  expect(linksOf(page).filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
});

it('every page of docs/ is in its index', () => {
  const listed = linksOf('docs/README.md');
  const missing = pages
    .filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
    .map((page) => page.slice(5));
  expect(missing.filter((page) => !listed.includes(page))).toEqual([]);
});
