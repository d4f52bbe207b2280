// Images of qcow2-conform, and what a sound reader answers. Some files are terabytes long and nearly all hole, so the
// corpus comes packed; unpack() keeps the holes.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The packed corpus, with GNU tar's sparse files in it. */
export const archive = fileURLToPath(new URL("corpus.tar.gz", import.meta.url));

/** Unpacks into `folder`, by the program tar, and returns the path of the corpus: index.tsv, images, guest disks. */
export function unpack(folder) {
  mkdirSync(folder, { recursive: true });
  const { status, error, stderr } = spawnSync("tar", ["-xzf", archive, "-C", folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(`tar: ${error ?? stderr}`);
  return join(folder, "corpus");
}
