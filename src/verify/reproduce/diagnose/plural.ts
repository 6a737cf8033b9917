/** Makes "images of the batch" of "image of the batch". */
export function plural(one: string): string {
  return one.replace(/( of |$)/, 's$1');
}
