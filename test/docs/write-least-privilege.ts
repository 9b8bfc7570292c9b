// Writes what docs/least-privilege.md shows of roles, and docs/etcdcluster-crd.yaml, anew, such as after a permission was added:
// node_modules/.bin/node test/docs/write-least-privilege.ts
import { readFileSync, writeFileSync } from "node:fs";
import { crdAddress, crdFile, pageAddress, withBlocks } from "./least-privilege-page.ts";

writeFileSync(pageAddress, withBlocks(readFileSync(pageAddress, "utf8")));
writeFileSync(crdAddress, crdFile());
