import assert from "node:assert/strict";
import { test } from "node:test";

import { parseLinkedLibraries } from "../../../sandbox/images/program-files.ts";

test("libraries and the loader are found in what ldd says, the kernel's own is not", () => {
  const output = `\tlinux-vdso.so.1 (0x00007fc9010e9000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fc900ef6000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007fc9010eb000)
`;
  assert.deepEqual(parseLinkedLibraries(output), ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"]);
});

test("a static program has no libraries", () => {
  assert.deepEqual(parseLinkedLibraries("\tstatically linked\n"), []);
});
