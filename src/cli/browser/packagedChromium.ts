import {createReadStream, createWriteStream, existsSync, readFileSync, rmSync} from 'node:fs';
import {access, chmod, constants, lstat, mkdir, mkdtemp, rename, rm, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {tmpdir, userInfo} from 'node:os';
import {dirname, join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {createBrotliDecompress} from 'node:zlib';
import {ConvgradError} from '../../geometry/error.js';
import {packageRoot} from '../ownModules.js';

/** The archives of @sparticuz/chromium besides the browser: its software GPU, the NSS libraries that it links to, and a font. */
const archives = ['swiftshader.tar.br', 'al2023.tar.br', 'fonts.tar.br'];

/**
 * The Chromium of the npm package @sparticuz/chromium, unpacked on first use (200 MB, about 2 s).
 *
 * The package's own `executablePath()` is not used, for three reasons. It unpacks to fixed names in the shared temporary folder.
 * It takes whatever lies there, even half a file after an interruption. And it leaves the NSS libraries out except on AWS Lambda.
 *
 * @returns the folder that holds `chromium`, `lib/` and `fonts.conf`; undefined without the package or on another platform
 */
export async function packagedChromium(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const entry = findPackage();
  if (entry === undefined) return undefined;
  const root = join(dirname(entry), '../..');
  const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string};
  const folder = join(await cacheFolder(join(root, '../..')), `chromium-${version}`);
  if (!existsSync(folder)) await unpack(join(root, 'bin'), folder, createRequire(entry)('tar-fs') as TarFs);
  return folder;
}

/** The part of tar-fs that is used. It is a dependency of @sparticuz/chromium, so it is installed exactly when it is needed. */
interface TarFs {
  extract(folder: string, options: {chown: boolean}): NodeJS.WritableStream;
}

function findPackage(): string | undefined {
  try {
    return createRequire(join(packageRoot, 'package.json')).resolve('@sparticuz/chromium');
  } catch {
    return undefined;
  }
}

/**
 * The cache folder: `.cache` in the node_modules that holds the package, as build tools do, or a private temporary folder if that
 * is read-only.
 */
async function cacheFolder(nodeModules: string): Promise<string> {
  const cache = join(nodeModules, '.cache/tfjs-convgrad');
  try {
    await mkdir(cache, {recursive: true});
    await access(cache, constants.W_OK);
    return cache;
  } catch {
    const {uid} = userInfo();
    const fallback = join(tmpdir(), `tfjs-convgrad-${uid}`);
    await mkdir(fallback, {recursive: true, mode: 0o700});
    // Anybody may have created this name first, and the files in the folder are executed.
    const {uid: owner, mode} = await lstat(fallback);
    if (owner === uid && (mode & 0o022) === 0) return fallback;
    throw new ConvgradError('convgrad', `${fallback} belongs to another user; set TMPDIR to a folder of your own.`);
  }
}

/** Unpacks all or nothing: it unpacks beside `folder` and renames at the end, so that `folder` is complete as soon as it exists. */
async function unpack(archiveFolder: string, folder: string, tar: TarFs): Promise<void> {
  const partial = await mkdtemp(`${folder}.partial-`);
  // Ctrl-C during the work ends the process without running `finally`.
  const removePartial = () => rmSync(partial, {recursive: true, force: true});
  process.once('exit', removePartial);
  const inflate = (archive: string, target: NodeJS.WritableStream) =>
    pipeline(createReadStream(join(archiveFolder, archive)), createBrotliDecompress({chunkSize: 2 ** 21}), target);
  try {
    await Promise.all([
      inflate('chromium.br', createWriteStream(join(partial, 'chromium'), {mode: 0o755})),
      ...archives.map((archive) => inflate(archive, tar.extract(partial, {chown: false}))),
    ]);
    await writeFile(join(partial, 'fonts.conf'), fontsConfig(folder));
    await chmod(partial, 0o755); // mkdtemp makes it private, but node_modules may be shared
    await rename(partial, folder).catch((error: Error) => {
      if (!existsSync(folder)) throw error; // otherwise another process was first, and its copy is as good
    });
  } finally {
    await rm(partial, {recursive: true, force: true});
    process.off('exit', removePartial);
  }
}

/** A fonts.conf for this folder; the packaged one knows only the folders of AWS Lambda. */
function fontsConfig(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>
`;
}
