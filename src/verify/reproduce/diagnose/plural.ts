/** "image of the batch" → "images of the batch" */
export function plural(one: string): string {
  return one.replace(/( of |$)/, 's$1');
}
