import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { CertificateFilesError, readCertificateFiles } from "../../../migration/certificates/read-certificate-files.ts";

describe("certificate files", () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "certificate-files-"));
    await writeFile(join(directory, "ca.crt"), "the authority");
    await writeFile(join(directory, "tls.crt"), "the certificate");
    await writeFile(join(directory, "tls.key"), "the key");
    await writeFile(join(directory, "empty"), "");
  });
  after(() => rm(directory, { recursive: true }));

  it("are read as they are", () => {
    const material = readCertificateFiles(files("ca.crt", "tls.crt", "tls.key"));
    assert.equal(material.certificateAuthority.toString(), "the authority");
    assert.equal(material.certificate.toString(), "the certificate");
    assert.equal(material.privateKey.toString(), "the key");
  });

  it("that can't be read are named all together, each with its setting and the way out", () => {
    assert.throws(
      () => readCertificateFiles(files("missing.crt", "empty", ".")),
      (error: unknown) => {
        assert.ok(error instanceof CertificateFilesError);
        assert.equal(error.problems.length, 3);
        assert.match(error.problems[0] ?? "", /^caFile is ".*missing\.crt": that file does not exist\. Check the path/);
        assert.match(error.problems[1] ?? "", /^certificateFile is ".*empty": that file is empty/);
        assert.match(error.problems[2] ?? "", /^keyFile is ".*": that file is a directory/);
        return true;
      },
    );
  });

  it("that are there do not appear in an error about another one", () => {
    assert.throws(
      () => readCertificateFiles(files("missing.crt", "tls.crt", "tls.key")),
      (error: Error) => !error.message.includes("the key"),
    );
  });

  function files(authority: string, certificate: string, key: string) {
    return {
      certificateAuthority: { setting: "caFile", path: join(directory, authority) },
      certificate: { setting: "certificateFile", path: join(directory, certificate) },
      privateKey: { setting: "keyFile", path: join(directory, key) },
    };
  }
});
