// A test that needs something which is not there is skipped, and counted as such; with CI=true it fails.
import test from "node:test";

export function check(name, reason, body) {
  if (!reason) return test(name, body);
  if (process.env.CI !== "true") return test(name, { skip: reason }, body);
  return test(name, () => { throw new Error(`${reason}, and CI=true`); });
}
