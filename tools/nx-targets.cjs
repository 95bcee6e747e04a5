// Nx infers the three targets of a project from the files it has, so that no project repeats them:
// tsconfig.json → typecheck, jest.config.cjs → test, and lint for all. What tests start as threads and processes is built before.
const { existsSync } = require("node:fs");
const { dirname, join } = require("node:path");

const inputs = ["sources", "^sources", "toolchain"];

const targetsOf = (root) => ({
  lint: {
    command: "eslint src --max-warnings 0",
    options: { cwd: "{projectRoot}" },
    cache: true,
    inputs: [...inputs, "{workspaceRoot}/eslint.config.mjs"],
  },
  ...(existsSync(join(root, "tsconfig.json")) && {
    typecheck: {
      command: "node ../../node_modules/typescript-native/bin/tsc --noEmit -p tsconfig.json",
      options: { cwd: "{projectRoot}" },
      cache: true,
      inputs,
    },
  }),
  ...(existsSync(join(root, "jest.config.cjs")) && {
    test: {
      command: "jest --passWithNoTests",
      options: { cwd: "{projectRoot}" },
      cache: true,
      inputs: [...inputs, "{workspaceRoot}/jest.preset.cjs"],
    },
  }),
});

exports.name = "millrace-targets";
exports.createNodesV2 = [
  "{apps,libs}/*/package.json",
  (files, _options, context) =>
    files.map((file) => {
      const root = dirname(file);
      return [file, { projects: { [root]: { root, targets: targetsOf(join(context.workspaceRoot, root)) } } }];
    }),
];
