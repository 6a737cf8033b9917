#!/usr/bin/env node
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {cac} from 'cac';
import {defineBench} from './commands/bench.js';
import {defineDoctor} from './commands/doctor.js';
import {defineExplain} from './commands/explain.js';
import {defineVerify} from './commands/verify.js';
import {packageRoot} from './ownModules.js';
import {exitCodeOf, exitCodes, textOf} from './usage.js';

const cli = cac('convgrad');
defineVerify(cli);
defineDoctor(cli);
defineExplain(cli);
defineBench(cli);
cli.help();
cli.version(JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version);

try {
  cli.parse(process.argv, {run: false});
  const {help, version} = cli.options;
  if (cli.matchedCommand) {
    const exitCode: number | undefined = await cli.runMatchedCommand();
    process.exitCode = exitCode ?? exitCodes.good;
  } else if (!help && !version) {
    const asked = cli.args[0];
    const commands = cli.commands.map(({name}) => name).join(', ');
    console.error(
      `convgrad: ${asked === undefined ? 'no command' : `unknown command '${asked}'`}; use ${commands}, or --help.`,
    );
    process.exitCode = exitCodes.usage;
  }
} catch (error) {
  console.error(textOf(error));
  process.exitCode = exitCodeOf(error);
}
