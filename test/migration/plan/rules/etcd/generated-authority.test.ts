import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  judgeGenerated,
  type GeneratedAuthority,
} from "../../../../../migration/plan/rules/etcd/generated-authority.ts";
import { createAuthority } from "../../../../certificate-authority.ts";

describe("a generated CA of members that run", () => {
  it("may stay as it is, and be waited for where it can't be read", async () => {
    assert.deepEqual(await judge("a CA", { keyAlgorithm: "ECDSA", organization: "" }), []);
    assert.deepEqual(await judge("a CA/O=Storage", { keyAlgorithm: "ECDSA", organization: "Storage" }), []);
    assert.deepEqual(judgeGenerated({ keyAlgorithm: "RSA", organization: "" }, undefined, "disaster."), []);
  });

  it("may not become another one by a setting: each is named with the way back", async () => {
    const blockers = await judge("a CA/O=Storage", { keyAlgorithm: "RSA", organization: "Backup" });
    assert.deepEqual(
      blockers.map(({ kind, object }) => [kind, object]),
      [
        ["anotherAuthority", "setting certificateKeyAlgorithm"],
        ["anotherAuthority", "setting certificateOrganization"],
      ],
    );
    assert.match(
      blockers[0]?.message ?? "",
      /^certificateKeyAlgorithm is "RSA", and the CA .* has "ECDSA"\. .* disaster\.$/,
    );
    assert.match(blockers[0]?.remedy ?? "", /pulumi config set certificateKeyAlgorithm ECDSA/);
    const [added] = await judge("a CA", { keyAlgorithm: "ECDSA", organization: "Storage" });
    assert.match(added?.message ?? "", /has none\./);
    assert.match(added?.remedy ?? "", /pulumi config rm certificateOrganization/);
  });

  it("is told by the kind of its key", async () => {
    const rsa = ["-newkey", "rsa:2048", "-nodes"];
    assert.deepEqual(await judge("a CA", { keyAlgorithm: "RSA", organization: "" }, rsa), []);
    assert.equal((await judge("a CA", { keyAlgorithm: "ECDSA", organization: "" }, rsa)).length, 1);
  });
});

async function judge(subject: string, wanted: GeneratedAuthority, newKey?: readonly string[]) {
  const authority = await createAuthority(subject, 2, newKey);
  await authority.remove();
  const data = { "server-ca.crt": authority.certificate.toString("base64") };
  return judgeGenerated(wanted, { data }, "disaster.");
}
