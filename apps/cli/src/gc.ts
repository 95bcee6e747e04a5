import type { Collected } from "./api.js";
import { show, type CommandContext } from "./command.js";
import { exitCodes } from "./exit-code.js";

export interface GcOptions {
  dryRun?: boolean;
}

export async function collectGarbage({ dryRun = false }: GcOptions, context: CommandContext): Promise<number> {
  const collected = await context.api.collectGarbage(dryRun);
  show(context, collected, () => textOf(collected, dryRun));
  return exitCodes.ok;
}

function textOf({ artifacts, bytes, kept, versions, records }: Collected, dryRun: boolean): string {
  const [goes, go] = dryRun ? ["would go", "would go"] : ["is gone", "are gone"];
  const forgotten = Object.entries(records).filter(([, count]) => count > 0);
  const lines = [
    `${artifacts} artifacts ${go}, ${sizeText(bytes)}; ${kept.artifacts} are kept, ${sizeText(kept.bytes)}`,
    ...forgotten.map(([name, count]) => `${count} records of ${name} ${go}`),
    ...versions.map((version) => `the package of ${version} ${goes}: it can't be rolled back to any more`),
  ];
  return `${lines.join("\n")}\n`;
}

const units = ["bytes", "kB", "MB", "GB", "TB"];

function sizeText(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
