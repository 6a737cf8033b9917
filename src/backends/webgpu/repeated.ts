/** The texts for each i below a count, joined by `between`. */
export function repeated(count: number, text: (i: number) => string, between = '\n'): string {
  return Array.from({length: count}, (_, i) => text(i)).join(between);
}
