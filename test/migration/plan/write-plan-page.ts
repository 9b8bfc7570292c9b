// Writes the text blocks of docs/the-plan.md anew, from scene/whole-plans.ts and scene/blocked-plans.ts, such as after a scenario was
// added or a sentence changed: node_modules/.bin/node test/migration/plan/write-plan-page.ts
// Two changes that met on the page in a merge: take either side of it whole, and run this.
import { readFileSync, writeFileSync } from "node:fs";
import { pageAddress, pageExamples, withExamples } from "./plan-page.ts";

writeFileSync(pageAddress, withExamples(readFileSync(pageAddress, "utf8"), await pageExamples()));
