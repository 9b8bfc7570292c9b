import { readFileSync } from "node:fs";

/** That of the package the command belongs to. */
export function commandVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
