import { outputOf, succeeds } from "./command.ts";
import type { Totals } from "./totals.ts";

/** Formatting, linting, layers and types of the TypeScript, formatting of the Go; each counts as one test. */
export async function runStaticChecks(): Promise<Totals> {
  const checks: [name: string, run: () => Promise<boolean>][] = [
    ["the files are formatted (prettier)", () => succeeds("prettier", "--check", "--log-level", "warn", ".")],
    ["the TypeScript has no lint (eslint)", () => succeeds("eslint", ".", "--max-warnings", "0")],
    ["imports run one way and in no circle (dependency-cruiser)", () => succeeds("npm", "run", "--silent", "layers")],
    ["the TypeScript has no type errors (tsc)", () => succeeds("tsc", "--noEmit")],
    ["the examples have no type errors (tsc)", () => succeeds("tsc", "--project", "tsconfig.examples.json")],
    ["the Go is formatted (gofmt)", goIsFormatted],
  ];
  let passed = 0;
  for (const [name, run] of checks) {
    const ok = await run();
    console.log(`${ok ? "✔" : "✖"} ${name}`);
    passed += ok ? 1 : 0;
  }
  return { passed, failed: checks.length - passed, skipped: 0 };
}

async function goIsFormatted(): Promise<boolean> {
  const unformatted = await outputOf(".", "gofmt", "-l", "sandbox", "bench");
  if (unformatted !== "") {
    console.error(`not formatted: ${unformatted.trim().split("\n").join(", ")}: run gofmt -w on them`);
  }
  return unformatted === "";
}
