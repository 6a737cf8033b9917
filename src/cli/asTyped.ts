/** The flags of a command as cac parses them. */
export type RawFlags = Readonly<Record<string, unknown>>;

/**
 * cac reads what looks like a number as one: a file '007' would become '7', and nothing at all 0. Gives the values back as they were typed;
 * a flag that came twice has an array of them.
 */
export function asTyped(flags: RawFlags, argv: readonly string[] = process.argv): RawFlags {
  return Object.fromEntries(
    Object.entries(flags).map(([name, value]) => {
      if (typeof value === 'boolean') return [name, value];
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      const typed = argv.flatMap((word, i) => {
        if (word === flag) return [argv[i + 1] ?? ''];
        return word.startsWith(`${flag}=`) ? [word.slice(flag.length + 1)] : [];
      });
      return [name, typed.length === 0 ? value : typed.length === 1 ? typed[0] : typed];
    }),
  );
}
