// A peer is a Python script beside this file that answers JSON lines: it keeps its data, and times itself.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const peersPython = () => process.env.MILLRACE_PEERS_PYTHON ?? here(".venv/bin/python");

/** The Python that has Evidently, which wants another pandas than the rest; undefined where it is not installed. */
export function evidentlyPython() {
  const python = process.env.MILLRACE_EVIDENTLY ?? here(".venv-evidently/bin/python");
  return existsSync(python) ? python : undefined;
}

export async function peer(script, python = peersPython()) {
  if (!existsSync(python)) {
    throw new Error(
      "the peers are not installed: run `node bench/peers/setup.mjs`, or name a Python that has them with MILLRACE_PEERS_PYTHON",
    );
  }
  const child = spawn(python, ["-u", here(script)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function ask(question) {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`the peer ${script} ended without an answer`);
    return JSON.parse(value);
  }
  const stop = () => child.stdin.end();
  const end = () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    stop();
    return ended;
  };
  return { ask, stop, end };
}
