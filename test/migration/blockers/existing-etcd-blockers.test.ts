import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  anotherEtcd,
  existingEtcdTls,
  existingEtcdVersion,
} from "../../../migration/blockers/existing-etcd-blockers.ts";
import { inSettings } from "../../../migration/wording/in-settings.ts";

const endpoint = "https://etcd.example.com:2379";

// The others have one text each: test/migration/connect/check-existing-etcd.test.ts has them from a real etcd.
describe("an existing etcd that can't be used", () => {
  it("for its TLS has the remedy for what is wrong with that", () => {
    for (const [reason, remedy] of [
      ["authority", /existingEtcdCaFile/],
      ["serverName", /Name the endpoint .* as its certificate does/],
      ["validity", /renew its certificate/],
      [
        "clientCertificate",
        /--trusted-ca-file.*existingEtcdCertificateFile FILE.*existingEtcdKeyFile FILE.*existingEtcdSecret NAME/,
      ],
      ["protocol", /existingEtcdPlaintext/],
    ] as const) {
      const blocker = existingEtcdTls([endpoint], reason, "so it is");
      assert.match(blocker.message, /comes to stand: so it is\.$/);
      assert.match(inSettings(blocker.remedy), remedy);
    }
  });

  it("for its version names that, if it says it", () => {
    assert.match(existingEtcdVersion([endpoint], "4.0.1").message, /there is etcd 4\.0\.1; Trident/);
    assert.match(existingEtcdVersion([endpoint], "").message, /there is etcd of an unknown version; Trident/);
  });

  it("for another having Trident's state says what is in the one that is named now", () => {
    const another = (keys: number) =>
      anotherEtcd("trident", "https://old:2379", "the etcd at https://new:2379", keys).message;
    assert.match(
      another(0),
      /the one that is named now is the etcd at https:\/\/new:2379, where there is none: Trident would forget all/,
    );
    assert.match(another(1), /where 1 key is: nothing says/);
    assert.match(another(7), /where 7 keys are: nothing says/);
  });
});
