// The real binary: the demonstration, and organisations of our own. Whatever is started here is
// ended here, by its process id, also when the tests end early.

import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const STARTS_WITHIN_MS = 90_000;
const ENDS_WITHIN_MS = 8_000;

export const binary = () => process.env.BIFOLD_BIN || join(ROOT, "target/debug/bifold");
/** Where pictures of failures and measurements go. */
export const scratch = () => process.env.BIFOLD_UI_OUT || join(ROOT, "target/ui");

export const PASSWORD = "correct horse battery staple";

const running = new Set();
const folders = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

function folder() {
  const made = mkdtempSync(join(tmpdir(), "bifold-ui-"));
  folders.add(made);
  return made;
}

/** Starts the program and waits for the address it says it listens on. */
function start(args) {
  const child = spawn(binary(), args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, RUST_LOG: "warn" } });
  running.add(child);
  let said = "";
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${args[0]} said no address in time:\n${said}`)), STARTS_WITHIN_MS);
    const hear = (chunk) => {
      said = (said + chunk).slice(-20_000);
      const base = said.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
      if (!base) return;
      clearTimeout(late);
      resolve({ child, base, log: () => said });
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", reject);
    child.on("exit", (code) => {
      running.delete(child);
      clearTimeout(late);
      reject(new Error(`${args[0]} ended with ${code}:\n${said}`));
    });
  });
}

async function ready(base) {
  const deadline = Date.now() + STARTS_WITHIN_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`${base}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${base} did not become ready`);
}

/** A running organisation. */
class Organisation {
  #child;
  #log;
  #tokens = new Map();

  constructor({ child, base, log }, data, people) {
    this.#child = child;
    this.#log = log;
    this.base = base;
    this.data = data;
    /** Addresses by role. */
    this.people = people;
  }

  log() { return this.#log(); }

  /** A token of this person, made at the machine. */
  async token(email) {
    if (!this.#tokens.has(email)) {
      const { stdout, stderr } = await run(binary(), ["token", "create", "--user", email, "--data", this.data], { timeout: 30_000 });
      const token = `${stdout}${stderr}`.match(/bfd_[\w-]+/)?.[0];
      if (!token) throw new Error(`no token for ${email}: ${stdout}${stderr}`);
      this.#tokens.set(email, token);
    }
    return this.#tokens.get(email);
  }

  async stop() {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), ENDS_WITHIN_MS);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** The made-up hospital, where everybody signs in with one click. */
export async function demo(seed = 7) {
  const data = join(folder(), "demo");
  const served = await start(["demo", "--listen", "127.0.0.1:0", "--seed", String(seed), "--data", data]);
  await ready(served.base);
  const at = (name) => `${name}@harbour.example`;
  return new Organisation(served, data, {
    agent: at("noah"), manager: at("amara"), officer: at("lukas"), engineer: at("ada"),
    custodian: at("bo"), reporter: at("mira"), auditor: at("helga"), admin: at("ines"),
  });
}

/** An organisation that was just founded, with its administrator only; `more` goes to its server. */
export async function founded(name = "Empty Trust", more = []) {
  const data = folder();
  const password = join(data, "password.txt");
  writeFileSync(password, `${PASSWORD}\n`);
  const admin = "ada@example.org";
  const init = ["init", "--org", name, "--admin", admin, "--name", "Ada Founder", "--password-file", password, "--data", data];
  await run(binary(), init, { timeout: 60_000 });
  const served = await start(["serve", "--listen", "127.0.0.1:0", "--data", data, ...more]);
  await ready(served.base);
  return new Organisation(served, data, { admin });
}
