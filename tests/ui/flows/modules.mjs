// The rules of the modules and the worker for notifications, as plain functions, without a browser.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../../ui/test/", import.meta.url));

export default {
  async "every test of ui/test holds"() {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith(".test.js")).map((name) => join(FOLDER, name));
    assert.ok(files.length > 0);
    // The reporter of a run that is itself a test would be another one.
    const { NODE_TEST_CONTEXT, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--test", ...files], { env, encoding: "utf8", timeout: 60_000 });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
  },
};
