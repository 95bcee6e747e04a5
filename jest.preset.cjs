// One preset for every project: swc compiles TypeScript, and `@millrace/source` makes imports of other projects resolve to
// their sources, so that tests need no build. Suites that talk to real servers end in `.services.test.ts` and run only
// through `npm run test:services`, which sets MILLRACE_TEST_SERVICES.
const withServices = process.env.MILLRACE_TEST_SERVICES === "1";

module.exports = {
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["@millrace/source", "node", "require", "default"] },
  testMatch: withServices ? ["**/src/**/*.services.test.ts"] : ["**/src/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/", ...(withServices ? [] : ["\\.services\\.test\\.ts$"])],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2022" },
        module: { type: "commonjs" },
        sourceMaps: "inline",
      },
    ],
  },
  testTimeout: 30_000,
};
