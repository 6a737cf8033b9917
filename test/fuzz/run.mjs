// Starts main.ts, after `npm run build`.
import {fileURLToPath} from 'node:url';

const {importModule} = await import('../../build/cli/importModule.js');
await importModule(fileURLToPath(new URL('main.ts', import.meta.url)));
