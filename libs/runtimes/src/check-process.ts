import { readFile } from "node:fs/promises";
import { problemOf } from "@millrace/contracts";
import { askEverything } from "./ask-everything.js";
import type { CheckOutcome } from "./check-package.js";
import { openPackage } from "./open-package.js";

async function outcome(path: string): Promise<CheckOutcome> {
  try {
    const began = performance.now();
    const model = await openPackage(await readFile(path));
    const openMilliseconds = performance.now() - began;
    const { rows, medianMilliseconds } = askEverything(model);
    const { task, classes, features, metadata } = model;
    const names = { family: metadata.family, target: metadata.target, features: features.map(({ name }) => name) };
    return { kind: "checked", check: { ...names, task, classes, rows, openMilliseconds, medianMilliseconds } };
  } catch (error) {
    return { kind: "refused", problem: problemOf(error) };
  }
}

process.send!(await outcome(process.argv[2]!), () => process.exit(0));
