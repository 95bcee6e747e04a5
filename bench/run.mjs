// npm run bench -- NAME [--json] [--OPTION VALUE …]: measures ours and the peer in one run, interleaved, and prints medians and their ratio.
import { readdirSync } from "node:fs";
import { build } from "../tools/install.mjs";

const [name, ...flags] = process.argv.slice(2);
const names = readdirSync(new URL(".", import.meta.url))
  .filter((file) => file.endsWith(".mjs") && file !== "run.mjs" && file !== "measure.mjs")
  .map((file) => file.slice(0, -4));
if (!names.includes(name)) {
  console.error(`npm run bench -- NAME [--json], where NAME is one of: ${names.join(", ")}.`);
  process.exit(2);
}
const json = flags.includes("--json");
const options = Object.fromEntries(
  flags.flatMap((flag, index) =>
    flag.startsWith("--") && flag !== "--json" ? [[flag.slice(2), flags[index + 1]]] : [],
  ),
);
const log = (line) => console.error(line);
await build();
const { run } = await import(`./${name}.mjs`);
const figures = await run({ log, options }).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
const show = (value) => (typeof value === "number" ? String(Number(value.toPrecision(4))) : (value ?? "–"));
if (json) console.log(JSON.stringify(figures, null, 2));
else
  console.table(
    figures.map((figure) => Object.fromEntries(Object.entries(figure).map(([key, value]) => [key, show(value)]))),
  );
process.exit(0);
