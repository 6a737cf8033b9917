import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {request} from 'node:http';
import {connect} from 'node:net';
import {networkInterfaces, tmpdir} from 'node:os';
import {join} from 'node:path';
import {type ServedSite, servePage} from '../../../src/cli/browser/servePage.js';

let folder: string;
let site: ServedSite;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'servePage-'));
  await mkdir(join(folder, 'site/sub'), {recursive: true});
  await mkdir(join(folder, 'site-private'));
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'site-private/secret.txt'), 'secret');
  await writeFile(join(folder, 'site/index.html'), 'from the folder');
  await writeFile(join(folder, 'site/sub/data.json'), '{}');
  await symlink(join(folder, 'secret.txt'), join(folder, 'site/link.txt'));
  const files = new Map<string, string | Uint8Array>([
    ['/page.js', 'export {};'],
    ['/kernel.wasm', Uint8Array.of(0, 97, 115, 109)],
  ]);
  site = await servePage({files, folder: join(folder, 'site')});
});

afterAll(async () => {
  await site.close();
  await rm(folder, {recursive: true});
});

/** A raw request, whose path and headers no client library normalises. */
function get(path: string, options: {host?: string; method?: string} = {}) {
  const {hostname, port, host} = new URL(site.url);
  return new Promise<{status: number; type: string | undefined; body: Buffer}>((resolve, reject) => {
    const {method} = options;
    request({hostname, port, path, method, headers: {host: options.host ?? host}}, async (response) => {
      const body = Buffer.concat(await response.toArray());
      resolve({status: response.statusCode!, type: response.headers['content-type'], body});
    })
      .on('error', reject)
      .end();
  });
}

describe('servePage', () => {
  test('serves files from memory and from the folder with their types', async () => {
    expect(await get('/page.js?v=1')).toMatchObject({status: 200, type: 'text/javascript; charset=utf-8'});
    const wasm = await get('/kernel.wasm');
    expect(wasm.type).toBe('application/wasm');
    expect([...wasm.body]).toEqual([0, 97, 115, 109]);
    expect((await get('/')).body.toString()).toBe('from the folder');
    expect(await get('/sub/data.json')).toMatchObject({status: 200, type: 'application/json'});
    expect((await get('/sub/data.json', {method: 'HEAD'})).body.length).toBe(0);
  });

  test.each(['/missing.js', '/sub', '/sub/'])('answers 404 for %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test.each([
    '/../secret.txt',
    '/sub/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..\\secret.txt',
    '/../site-private/secret.txt',
    '/link.txt',
    '//etc/passwd',
    '/page.js%00',
  ])('serves nothing outside the folder: %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test('refuses malformed paths and methods other than GET and HEAD', async () => {
    expect((await get('/%')).status).toBe(400);
    expect((await get('/', {method: 'POST'})).status).toBe(405);
  });

  test('refuses foreign host names, as DNS rebinding would send', async () => {
    const {port} = new URL(site.url);
    expect((await get('/', {host: `localhost:${port}`})).status).toBe(200);
    for (const host of [`evil.example:${port}`, 'evil.example', '127.0.0.1', `127.0.0.1:${Number(port) - 1}`]) {
      expect((await get('/', {host})).status).toBe(403);
    }
  });

  test('listens on 127.0.0.1 only', async () => {
    expect(site.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const others = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    for (const {address} of others.filter(({family, address}) => family === 'IPv4' && address !== '127.0.0.1')) {
      await expect(reach(address, Number(new URL(site.url).port))).resolves.toBe('refused');
    }
  });

  test('closes while a client keeps its connection open', async () => {
    const short = await servePage({files: new Map([['/', 'page']])});
    expect(await (await fetch(short.url)).text()).toBe('page');
    await short.close();
    await expect(fetch(short.url)).rejects.toThrow('fetch failed');
  });
});

function reach(host: string, port: number): Promise<'reached' | 'refused'> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve('reached');
    });
    socket.on('error', () => resolve('refused'));
  });
}
