#!/usr/bin/env node
// Where the command starts. Plain JavaScript, so that a Node too old to load TypeScript can still say what is wrong.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `trident-etcd needs Node 22.19 or newer; this is Node ${process.versions.node}. ` +
      "In a checkout of it, `npx trident-etcd` uses the Node 24 that `npm ci` brings.",
  );
  process.exitCode = 2;
} else {
  const { main } = await import("./main.ts");
  const exitCode = await main(process.argv.slice(2));
  // Everything is written by now. A connection to an etcd that never answers would keep the process alive.
  process.exit(exitCode);
}
