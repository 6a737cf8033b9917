import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import ts from 'typescript';

/** A fenced code block of a document. */
export interface Snippet {
  file: string;
  line: number;
  language: string;
  code: string;
  /** The `text` block that follows directly: the last thing that the code prints. */
  output?: string;
}

const root = join(__dirname, '../..');

/** The code blocks of a document in the given languages. */
export function snippets(file: string, languages: readonly string[]): Snippet[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$(?:\n\n```text\n([\s\S]*?)^```$)?/gm)]
    .map(({1: language, 2: code, 3: output, index}) => ({
      ...{file, line: text.slice(0, index).split('\n').length, language, code},
      ...(output === undefined ? {} : {output: output.trimEnd()}),
    }))
    .filter(({language}) => languages.includes(language));
}

/** What a snippet promises to print: in comments, `console.log(…); // text`, and in the block that follows. */
export function promised({code, output}: Snippet): string[] {
  const comments = [...code.matchAll(/console\.log\(.*\);? \/\/ (.*)$/gm)].map(([, text]) => text);
  return output === undefined ? comments : [...comments, output];
}

/**
 * Runs a snippet as a module.
 * @param load what its imports resolve to
 * @returns the lines it printed and the names it exported
 */
export async function run(
  {code, file, line}: Snippet,
  load: (name: string) => unknown,
): Promise<{printed: string[]; exported: Record<string, unknown>}> {
  const printed: string[] = [];
  const exported: Record<string, unknown> = {};
  const log = (...values: unknown[]) => printed.push(values.map(String).join(' '));
  const {outputText} = ts.transpileModule(code, {
    compilerOptions: {target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true},
    fileName: `${file}:${line}`,
  });
  const body = new Function('require', 'exports', 'console', `return (async () => {${outputText}\n})();`);
  await body(load, exported, {log});
  return {printed, exported};
}
