/** Text that is HTML or XML already. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in a template: text is escaped, lists are joined, and nothing is written for false and undefined. */
export type Content = string | number | Markup | false | undefined | readonly Content[];

/** A template whose values are escaped, unless they come from such a template themselves. */
export function markup(parts: TemplateStringsArray, ...values: Content[]): Markup {
  return new Markup(parts.reduce((text, part, i) => text + rendered(values[i - 1]) + part));
}

function rendered(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (content === false || content === undefined) return '';
  return typeof content === 'object' ? content.map(rendered).join('') : escaped(String(content));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Halves of characters and control characters, which XML has no way to write: JUnit readers refuse a file that holds one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones
const unwritable = /[\p{Cs}\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu;

function escaped(text: string): string {
  return text.replace(unwritable, '\ufffd').replace(/[&<>"']/g, (character) => entities[character]);
}
