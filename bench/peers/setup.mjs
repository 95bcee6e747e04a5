// Installs the Python libraries that the benches compare with into bench/peers/.venv, and MLServer and Evidently, which want
// other versions of them, into .venv-mlserver and .venv-evidently (about 5 minutes, 2 GB).
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: folder, stdio: "inherit" });
  if (error)
    console.error(`${command} could not be started: ${error.message}. Python 3.11 or newer with venv is needed.`);
  if (status !== 0) process.exit(1);
}

function install(venv, requirements) {
  run(process.env.PYTHON ?? "python3", ["-m", "venv", venv]);
  run(`${venv}/bin/pip`, ["install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
}

install(".venv", "requirements.txt");
install(".venv-mlserver", "requirements-mlserver.txt");
install(".venv-evidently", "requirements-evidently.txt");
console.log("The peers are ready.");
