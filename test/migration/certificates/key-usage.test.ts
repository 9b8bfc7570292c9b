import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { keyUsages } from "../../../migration/certificates/key-usage.ts";
import { createAuthority } from "../../certificate-authority.ts";

test("reads what a key may be used for, and tells no limit from a limit", async () => {
  const authority = await createAuthority();
  const usagesOf = async (keyUsage?: string) => {
    const { certificate } = await authority.issue({
      commonName: "a name long enough that its certificate has lengths of several bytes ".repeat(2).slice(0, 60),
      alternativeNames: Array.from({ length: 20 }, (_, index) => `DNS:name-${index}.example.com`),
      ...(keyUsage === undefined ? {} : { keyUsage }),
    });
    return keyUsages(new X509Certificate(certificate));
  };
  assert.equal(await usagesOf(), undefined);
  assert.deepEqual(await usagesOf("critical, digitalSignature, keyEncipherment"), [
    "digitalSignature",
    "keyEncipherment",
  ]);
  assert.deepEqual(await usagesOf("keyCertSign, cRLSign"), ["keyCertSign"]);
  assert.deepEqual(await usagesOf("dataEncipherment"), []);
  await authority.remove();
});
