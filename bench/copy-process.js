/**
 * The engine in a process of its own, as the other tools are: copies between two local etcds, or from a snapshot's file, with `--verify` verifies
 * too, says `done` and stays until its input ends.
 */
import { once } from "node:events";
import { enableCompileCache } from "node:module";
import { parseArgs } from "node:util";

const text = { type: "string", default: "" };
const { values } = parseArgs({
  options: {
    from: text,
    "from-snapshot": text,
    to: text,
    prefix: text,
    cacert: text,
    cert: text,
    key: text,
    "server-name": text,
    verify: { type: "boolean", default: false },
  },
});
// Compiling the modules anew would be half of the start; only what is imported from here on is cached.
enableCompileCache();
const { copyOnce } = await import("./copy-once.ts");
console.log("started");
const close = await copyOnce({
  ...values,
  fromSnapshot: values["from-snapshot"],
  serverName: values["server-name"],
});
console.log("done");
process.stdin.resume();
await once(process.stdin, "end");
close();
