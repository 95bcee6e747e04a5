// Nx infers the four targets of a project from the files it has, so that no project repeats them:
// src/ → build, tsconfig.json → typecheck, jest.config.cjs → test, and lint for all.
const { existsSync } = require("node:fs");
const { dirname, join } = require("node:path");

const inputs = ["sources", "^sources", "toolchain"];

const targetsOf = (root) => ({
  build: {
    command: "node ../../tools/build.mjs",
    options: { cwd: "{projectRoot}" },
    cache: true,
    inputs: ["sources", "toolchain"],
    outputs: ["{projectRoot}/dist"],
  },
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
      dependsOn: ["build", "^build"],
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
