import { keyOfVersion } from "./by-key.js";
import { checkName, checkPath } from "./names.js";
import { unknownVersion } from "./problems.js";
import type { RunToOpen, Tracking, VersionToRegister } from "./tracking.js";

/** Checks every name before a driver sees it, so that all drivers take and refuse the same ones. */
export function checkedTracking(driver: Tracking): Tracking {
  return {
    ...driver,
    openRun: async (run) => (checkRun(run), driver.openRun(run)),
    logArtifact: async (runId, path, bytes) => (checkPath(path), driver.logArtifact(runId, path, bytes)),
    registerVersion: async (version) => (checkVersion(version), driver.registerVersion(version)),
    tagVersion: async (model, version, tags) => (checkNumber(model, version), driver.tagVersion(model, version, tags)),
    setAlias: async (model, alias, version) => (
      checkAlias(model, alias),
      checkNumber(model, version),
      driver.setAlias(model, alias, version)
    ),
    removeAlias: async (model, alias) => (checkAlias(model, alias), driver.removeAlias(model, alias)),
    getAlias: async (model, alias) => (checkAlias(model, alias), driver.getAlias(model, alias)),
  };
}

function checkRun({ key, experiment }: RunToOpen): void {
  checkName("key", key);
  checkName("experiment", experiment);
}

function checkVersion({ key, model, experiment, files }: VersionToRegister): void {
  checkName("key", key);
  checkName("model", model);
  checkName("experiment", experiment);
  for (const { path } of files) checkPath(path);
}

function checkNumber(model: string, version: string): void {
  checkName("model", model);
  if (keyOfVersion(version) === undefined && !/^[1-9]\d{0,8}$/.test(version)) throw unknownVersion(model, version);
}

function checkAlias(model: string, alias: string): void {
  checkName("model", model);
  checkName("alias", alias);
}
