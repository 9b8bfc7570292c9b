// Where Pulumi starts. Plain JavaScript, so that a Node too old to load TypeScript can still say what is wrong.
import { enableCompileCache } from "node:module";
import pulumi from "@pulumi/pulumi";

const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  throw new pulumi.RunError(
    `trident-etcd needs Node 22.19 or newer, which runs TypeScript itself; this is Node ${process.versions.node}. ` +
      "Its own Node 24 comes with `npm ci`: use `npm run preview`, `npm run up` or `npm run destroy` instead of `pulumi`.",
  );
}

// To freeze the migration's functions Pulumi loads all of Node's modules, the experimental ones too, which Node then warns of.
const showWarnings = process.listeners("warning");
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (warning.name !== "ExperimentalWarning") {
    showWarnings.forEach((show) => show(warning));
  }
});

// In NODE_COMPILE_CACHE, or else the folder for temporary files: the next run loads what this one has compiled.
enableCompileCache();

const program = await import("./index.ts");

/** The outputs of the stack. Those that a flow does not have are left out: Pulumi warns of undefined ones. */
export default Object.fromEntries(Object.entries(program).filter(([, value]) => value !== undefined));
