// One preset for every project: swc compiles TypeScript, and `@millrace/source` makes imports of other projects resolve to
// their sources, so that tests need no build. Suites that talk to real servers end in `.services.test.ts` and run only
// through `npm run test:services`, which sets MILLRACE_TEST_SERVICES.
const withServices = process.env.MILLRACE_TEST_SERVICES === "1";

/** Packages that are published as ES modules alone, which jest cannot require as they are. */
const onlyAsModules = "(hyparquet|hyparquet-writer)";

const compiled = (parser) => [
  "@swc/jest",
  { jsc: { parser, target: "es2022" }, module: { type: "commonjs" }, sourceMaps: "inline" },
];

module.exports = {
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["@millrace/source", "node", "require", "default"] },
  testMatch: withServices ? ["**/src/**/*.services.test.ts"] : ["**/src/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/", ...(withServices ? [] : ["\\.services\\.test\\.ts$"])],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: {
    "^.+\\.ts$": compiled({ syntax: "typescript" }),
    [`/node_modules/${onlyAsModules}/.+\\.js$`]: compiled({ syntax: "ecmascript" }),
  },
  transformIgnorePatterns: [`/node_modules/(?!${onlyAsModules}/)`],
  testTimeout: 30_000,
};
