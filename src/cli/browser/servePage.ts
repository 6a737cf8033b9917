import {readFile, realpath} from 'node:fs/promises';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {extname, join, sep} from 'node:path';

export interface Site {
  /** Files in memory by path, such as `/page.js`; `/` is the page itself. They take precedence over the folder. */
  files?: ReadonlyMap<string, string | Uint8Array>;
  /** A folder to serve. Nothing outside it is reachable, not even through links. */
  folder?: string;
}

export interface ServedSite {
  /** `http://127.0.0.1:PORT/` */
  url: string;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const headers = {
  // These two give a page SharedArrayBuffer, and with it threads and fine-grained timers.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

/** Serves a page to browsers on this machine only: on 127.0.0.1, at a port that the system chooses. */
export async function servePage(site: Site): Promise<ServedSite> {
  const root = site.folder === undefined ? undefined : await realpath(site.folder);
  const server = createServer((request, response) => {
    answer(request, response, {...site, folder: root}).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, site: Site): Promise<void> {
  const refuse = (status: number) => void response.writeHead(status, headers).end();
  if (!isOwnHost(request)) return refuse(403);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
  const path = decodePath(request.url!);
  if (path === undefined) return refuse(400);
  const body = await find(path, site);
  if (body === undefined) return refuse(404);
  const type = types[path.endsWith('/') ? '.html' : extname(path)] ?? 'application/octet-stream';
  response.writeHead(200, {...headers, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body)});
  response.end(request.method === 'HEAD' ? undefined : body);
}

/**
 * Whether the browser asked for this server by its own name. Otherwise a foreign site whose DNS entry points at 127.0.0.1 (DNS
 * rebinding) would be same-origin with the page.
 */
function isOwnHost(request: IncomingMessage): boolean {
  const port = request.socket.localPort;
  return [`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host ?? '');
}

/** The decoded path without the query, or undefined when its escapes are malformed. */
function decodePath(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split('?')[0]!);
  } catch {
    return undefined;
  }
}

async function find(path: string, {files, folder}: Site): Promise<string | Uint8Array | undefined> {
  const inMemory = files?.get(path);
  if (inMemory !== undefined || folder === undefined) return inMemory;
  try {
    const file = await realpath(join(folder, path.endsWith('/') ? `${path}index.html` : path));
    return file.startsWith(folder + sep) ? await readFile(file) : undefined;
  } catch {
    return undefined; // no such file, a folder, or a name that the system refuses
  }
}
