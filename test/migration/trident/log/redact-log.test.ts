import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { leftOut, redactedLine, redactedLines } from "../../../../migration/trident/log/redact-log.ts";

describe("a log line that may hold a secret", () => {
  const secret = "Sup3r-s3cret";
  const lines = [
    `level=debug msg="backend config" Username:admin Password:${secret}`,
    `{"managementLIF":"10.0.0.1","username":"admin","password":"${secret}"}`,
    `chapInitiatorSecret=${secret} chapUsername=x`,
    `msg="CHAP target ${secret}"`,
    `Authorization: Basic ${secret}`,
    `authorization=Bearer ${secret}`,
    `api-key: ${secret}`,
    `apiKey=${secret}`,
    `key="${secret}"`,
    `"clientPrivateKey": "${secret}"`,
    `passphrase ${secret}`,
    `token ${secret}`,
    `AWS credentials ${secret}`,
  ];
  for (const line of lines) {
    it(`is left out as a whole: ${line.replace(secret, "...")}`, () => {
      assert.equal(redactedLine(line), leftOut);
    });
  }

  it("loses a user in a URL and keeps the rest", () => {
    assert.equal(redactedLine("dialing https://admin:hunter2@10.0.0.1:443/x"), "dialing https://***@10.0.0.1:443/x");
  });

  it("loses what looks like key material", () => {
    const material = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
    assert.equal(redactedLine(`data ${material} end`), "data *** end");
  });

  it("is cut when it is long, and has no control characters", () => {
    assert.ok(redactedLine("word ".repeat(200)).length < 310);
    assert.equal(redactedLine("a\u001b[31mb"), "a [31mb");
  });
});

describe("what an administrator needs to see in a log", () => {
  const lines = [
    'time="2019-05-01T00:00:00Z" level=info msg="Trident bootstrapped successfully."',
    'level=error msg="Trident initialization failed; couldn\'t find backend nas-gold for volume default-pvc-1a2b3"',
    'level=fatal msg="Unable to create the etcd V3 client. open /root/certs/etcd-client.key: permission denied"',
    'level=info msg="Added an existing volume." volume=default-pvc-6f1c9d52-7a0e-11e9-8f9e-2a86e4085a59 pool=aggr1',
    "dial tcp: lookup trident-etcd-client on 10.96.0.10:53: no such host",
    "context deadline exceeded (etcd https://trident-etcd-client:2379)",
  ];
  for (const line of lines) {
    it(`is kept as it is: ${line}`, () => {
      assert.equal(redactedLine(line), line);
    });
  }
});

describe("the last lines of a log", () => {
  it("are as many as asked for, without empty ones", () => {
    assert.deepEqual(redactedLines("one\n\ntwo\r\nthree\n", 2), ["two", "three"]);
    assert.deepEqual(redactedLines("", 20), []);
  });

  it("hold nothing of a PEM block", () => {
    const block = pem("EC ", "\nMHcCAQ\nshort\n");
    assert.deepEqual(redactedLines(`before\n${block}\nafter`, 20), ["before", leftOut, "after"]);
  });

  it("hold nothing of a PEM block whose beginning is out of sight", () => {
    assert.deepEqual(redactedLines("MHcCAQ\nshort\n-----END RSA PRIVATE KEY-----\nafter", 20), [leftOut, "after"]);
  });

  it("hold nothing of a PEM block whose end is still to come", () => {
    assert.deepEqual(redactedLines(`before\n${pem("", "\nMHcCAQ").split("-----END")[0] ?? ""}`, 20), [
      "before",
      leftOut,
    ]);
  });
});

/** What looks like a key, and is none: put together here, so that no scanner takes this file for one that holds a key. */
function pem(kind: string, body: string): string {
  const label = `${kind}PRIVATE KEY`;
  return `-----BEGIN ${label}-----${body}-----END ${label}-----`;
}
