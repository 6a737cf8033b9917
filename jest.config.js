// A terminal so wide that no text is broken, unless a test asks for a width. Workers and commands inherit it.
process.env.COLUMNS = '1000';

/** Long tests, which `npm run test:thorough` runs and `npm test` leaves out. */
const isThorough = Boolean(process.env.CONVGRAD_THOROUGH);
const testsIn = (folder) => [`<rootDir>/test/${folder}**/*${isThorough ? '.thorough' : ''}.test.ts`];
const left = isThorough ? [] : ['\\.thorough\\.test\\.ts$'];

/** The sources are ESM with `.js` in their imports; the tests run them as CommonJS, which needs no experimental flag of Node. */
const shared = {
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/quietTfjs.ts'],
  transform: {
    // Types are checked by `npm run typecheck`; here they are only stripped.
    '^.+\\.[jt]s$': [
      'ts-jest',
      {
        tsconfig: {
          target: 'ES2022',
          module: 'CommonJS',
          isolatedModules: true,
          esModuleInterop: true,
          allowJs: true,
          sourceMap: true,
        },
      },
    ],
  },
  // Packages that exist as ESM only.
  transformIgnorePatterns: ['/node_modules/(?!cac/)'],
  moduleNameMapper: {
    '^tfjs-convgrad$': '<rootDir>/src/index.ts',
    '^tfjs-convgrad/register$': '<rootDir>/src/register.ts',
    '^tfjs-convgrad/(\\w+)$': '<rootDir>/src/$1/index.ts',
    // The one file with `import.meta`.
    '^.+/ownFolder\\.js$': '<rootDir>/test/support/ownFolder.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
};

export default {
  // A limit against hanging, not a measure of speed: machines that run tests are slow and shared.
  testTimeout: 600_000,
  projects: [
    {
      ...shared,
      displayName: 'node',
      testMatch: testsIn(''),
      testPathIgnorePatterns: [...left, '<rootDir>/test/browser/', '<rootDir>/test/environments/'],
    },
    {
      ...shared,
      displayName: 'browser',
      testMatch: testsIn('browser/'),
      testPathIgnorePatterns: left,
      globalSetup: '<rootDir>/test/browser/globalSetup.mjs',
      globalTeardown: '<rootDir>/test/browser/globalTeardown.mjs',
    },
    {
      ...shared,
      displayName: 'environments',
      testMatch: testsIn('environments/'),
      testPathIgnorePatterns: left,
      globalSetup: '<rootDir>/test/environments/globalSetup.mjs',
      globalTeardown: '<rootDir>/test/environments/globalTeardown.mjs',
    },
  ],
};
