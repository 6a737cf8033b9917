/** Closes what globalSetup.mjs opened; jest runs this in the same process, after failures too. */
export default async function tearDown() {
  await globalThis.closeBrowserTests();
}
