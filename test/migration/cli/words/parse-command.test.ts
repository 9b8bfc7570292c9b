import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommand, type Job } from "../../../../migration/cli/words/parse-command.ts";
import { UsageError } from "../../../../migration/cli/words/usage-error.ts";

const TLS = ["--from-cacert", "a.crt", "--to-cacert", "b.crt"];
const URLS = ["--from", "https://old:2379", "--to", "https://new:2379"];
const COMPLETE = ["copy", ...URLS, ...TLS, "--prefix", "/trident/"];
const SECRET = "hunter2";

test("a complete command line becomes a job with the documented defaults", () => {
  const job = jobOf(COMPLETE);
  assert.equal(job.action, "copy");
  assert.equal(job.prefix?.toString(), "/trident/");
  assert.equal(job.range.from.toString(), "/trident/");
  assert.equal(job.range.to.toString(), "/trident0");
  assert("urls" in job.from);
  assert.deepEqual(job.from.urls.addresses, [{ host: "old", port: 2379 }]);
  assert.deepEqual(job.from.tls, { certificateAuthority: "a.crt" });
  assert.deepEqual(
    [job.allowEmpty, job.leases, job.timeoutMilliseconds, job.json, job.quiet],
    [false, "refuse", 10_000, false, false],
  );
});

test("every flag arrives in the job", () => {
  const job = jobOf([
    ...["copy", "--from=https://old:1,https://old:2", "--to=https://new", "--prefix=-x"],
    ...["--from-cacert=a", "--from-cert=b", "--from-key=c", "--from-server-name=d", "--from-user=e"],
    ...["--from-password-file=f", "--to-cacert=g", "--allow-empty", "--leases=copy-without"],
    ...["--timeout=1.5s", "--json", "--quiet"],
  ]);
  assert.deepEqual(job.from, {
    side: "from",
    urls: {
      scheme: "https",
      addresses: [
        { host: "old", port: 1 },
        { host: "old", port: 2 },
      ],
      names: ["https://old:1", "https://old:2"],
    },
    tls: { certificateAuthority: "a", client: { certificate: "b", privateKey: "c" }, serverName: "d" },
    user: "e",
    passwordFile: "f",
  });
  assert.deepEqual(job.to.urls.addresses, [{ host: "new", port: 2379 }]);
  assert.deepEqual(
    [job.prefix?.toString(), job.allowEmpty, job.leases, job.timeoutMilliseconds, job.json, job.quiet],
    ["-x", true, "copy-without", 1500, true, true],
  );
  assert.equal(
    jobOf(["verify", ...COMPLETE.slice(1), "--from-revision", "9007199254740993"]).fromRevision,
    2n ** 53n + 1n,
  );
});

test("all keys are a range of their own, and must be asked for", () => {
  const job = jobOf(["plan", ...URLS, ...TLS, "--all-keys"]);
  assert.equal(job.prefix, undefined);
  assert.deepEqual(job.range, { from: Buffer.of(0), to: Buffer.of(0) });
  refused(["copy", ...URLS, ...TLS], /--prefix is missing or empty.*--all-keys/);
  refused(["copy", ...URLS, ...TLS, "--prefix", ""], /--prefix is missing or empty.*--all-keys/);
  refused([...COMPLETE, "--all-keys"], /exclude each other/);
  refused(["copy", ...URLS, ...TLS, "--prefix", "/\u{fffd}/"], /not valid UTF-8.*--prefix-hex/);
});

test("a prefix that is not UTF-8 is given in hexadecimal, to every command", () => {
  for (const action of ["plan", "copy", "verify"]) {
    const job = jobOf([action, ...URLS, ...TLS, "--prefix-hex", "2f74FF"]);
    assert.deepEqual(job.prefix, Buffer.from([0x2f, 0x74, 0xff]));
    assert.deepEqual(job.range, { from: Buffer.from([0x2f, 0x74, 0xff]), to: Buffer.from([0x2f, 0x75]) });
  }
});

test("hexadecimal that is none, not whole bytes, or empty is refused, not cut short", () => {
  for (const text of ["2f7", "zz", "2f 74", "0x2f", "2fxx", ""]) {
    refused(["copy", ...URLS, ...TLS, `--prefix-hex=${text}`], /--prefix-hex takes whole bytes in hexadecimal/);
  }
  refused(["copy", ...URLS, ...TLS, "--prefix-hex"], /--prefix-hex needs a value: --prefix-hex HEX/);
});

test("the keys are chosen in one way only", () => {
  const keys = [["--prefix", "/x/"], ["--prefix-hex", "2f"], ["--all-keys"]] as const;
  for (const [index, one] of keys.entries()) {
    for (const other of keys.slice(index + 1)) {
      refused(["copy", ...URLS, ...TLS, ...one, ...other], new RegExp(`${one[0]} and ${other[0]} exclude each other`));
    }
  }
});

test("help and version need nothing else, and help knows the action", () => {
  assert.deepEqual(parseCommand(["--help"]), { kind: "help" });
  assert.deepEqual(parseCommand(["-h"]), { kind: "help" });
  assert.deepEqual(parseCommand(["help"]), { kind: "help" });
  assert.deepEqual(parseCommand(["help", "verify"]), { kind: "help", action: "verify" });
  assert.deepEqual(parseCommand(["copy", "--help"]), { kind: "help", action: "copy" });
  assert.deepEqual(parseCommand(["--version"]), { kind: "version" });
});

test("an unknown flag or command is named, with the nearest one", () => {
  refused([...COMPLETE, "--form", "x"], /no flag --form\. Is it --from\?/);
  refused([...COMPLETE, "--timeuot=1s"], /no flag --timeuot\. Is it --timeout\?/);
  refused([...COMPLETE, "--cacert=x"], /no flag --cacert\. Is it --from-cacert or --to-cacert\?/);
  refused([...COMPLETE, "--zzzzzzzz"], /no flag --zzzzzzzz\. See trident-etcd --help/);
  refused([...COMPLETE, "-p"], /no flag -p/);
  refused(["cpoy", ...COMPLETE.slice(1)], /no command cpoy\. Is it copy\?/);
  refused(
    COMPLETE.slice(1),
    /say what is to be done: plan, copy, verify, check, status, client-set, snapshot save, compact, defragment, alarm-disarm, snapshot list/,
  );
  refused([], /say what is to be done/);
});

test("a flag that means nothing to the action is refused", () => {
  refused([...COMPLETE, "--from-revision", "7"], /--from-revision means nothing to copy/);
});

test("a flag without its value, with one too many, or given twice is refused", () => {
  refused(["copy", "--from", "--to", "https://new"], /--from needs a value: --from URL\[,URL\]/);
  refused([...COMPLETE, "--timeout"], /--timeout needs a value/);
  refused([...COMPLETE, "--json=yes"], /--json takes no value/);
  refused([...COMPLETE, "--prefix", "/other/"], /--prefix is given twice/);
});

test("values are checked before anything else happens", () => {
  refused([...COMPLETE, "--leases", "keep"], /--leases takes refuse or copy-without/);
  for (const timeout of ["10", "0s", "11m", "-1s", "1h", "s"]) {
    refused([...COMPLETE, `--timeout=${timeout}`], /--timeout takes a number with a unit/);
  }
  for (const revision of ["0", "-1", "1.5", "x"]) {
    refused(["verify", ...COMPLETE.slice(1), `--from-revision=${revision}`], /--from-revision takes a revision/);
  }
});

test("a password on the command line is refused and not repeated", () => {
  refused([...COMPLETE, "--from-user", `root:${SECRET}`], /--from-user takes the name alone.*--from-password-file/);
  refused([...COMPLETE, "--from-password", SECRET], /no flag --from-password\. Is it --from-password-file\?/);
  refused([...COMPLETE, `--from-password=${SECRET}`], /no flag --from-password\./);
  refused([...COMPLETE, "--from-user", "root", SECRET], /one word too many after --from-user/);
  refused(["copy", "--from", `https://root:${SECRET}@old:2379`], /--from holds a URL with a user or password in it/);
  refused([SECRET.toUpperCase(), ...COMPLETE.slice(1)], /no command of that name/);
  refused([...COMPLETE, "--to-password-file", "f"], /--to-password-file is given without --to-user/);
});

test("https needs a CA, and a key and its certificate come together", () => {
  const withCa = ["copy", ...URLS, "--prefix", "/x/"];
  refused([...withCa, "--to-cacert", "b"], /--from is https.*--from-cacert/);
  refused([...withCa, "--from-cacert", "b"], /--to is https.*--to-cacert/);
  refused([...COMPLETE, "--to-key", "k"], /--to-key is given without the certificate/);
  refused([...COMPLETE, "--from-cert", "c"], /--from-cert is given without its private key/);
});

test("plaintext is refused unless permitted in so many words, and never mixed with TLS", () => {
  const plain = [
    "copy",
    "--from",
    "http://127.0.0.1:2379",
    "--to",
    "https://new",
    "--to-cacert",
    "b",
    "--prefix",
    "/x/",
  ];
  refused(plain, /--from is http:\/\/.*--insecure-plaintext/);
  assert(!("tls" in jobOf([...plain, "--insecure-plaintext"]).from));
  refused([...plain, "--insecure-plaintext", "--from-cert", "c"], /--from-cert is given, but --from is http/);
  refused(
    ["copy", "--from", "http://a,https://b", "--to", "https://new", ...TLS, "--prefix", "/x/", "--insecure-plaintext"],
    /--from mixes https:\/\/ with http:\/\//,
  );
});

test("a side that is missing is named", () => {
  refused(["copy", "--to", "https://new", ...TLS, "--prefix", "/x/"], /--from is missing/);
  refused(["copy", "--from", "https://new", ...TLS, "--prefix", "/x/"], /--to is missing/);
});

function jobOf(words: readonly string[]): Job {
  const command = parseCommand(words);
  assert.equal(command.kind, "job");
  return command.job;
}

function refused(words: readonly string[], message: RegExp): void {
  assert.throws(
    () => parseCommand(words),
    (error) => {
      assert(error instanceof UsageError);
      assert.match(error.message, message);
      assert(!error.message.toLowerCase().includes(SECRET));
      return true;
    },
  );
}
