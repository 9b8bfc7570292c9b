import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  deletionCommand,
  describeAddress,
  destinationOf,
  etcdAddress,
  isClientUrlOf,
  namesOf,
  objectOf,
} from "../../../migration/connect/etcd-address.ts";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";

const given = {
  managed: { namespace: "storage", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" },
  existing: { namespace: "storage", endpoints: ["https://b:2379", "https://a:2379"], clientSecret: "etcd-client-tls" },
};
const { managed, existing } = { managed: etcdAddress(given.managed), existing: etcdAddress(given.existing) };

describe("an etcd's address", () => {
  it("is given without its kind, and told by what it names", () => {
    assert.deepEqual(managed, { kind: "managed", ...given.managed });
    assert.deepEqual(existing, { kind: "existing", ...given.existing });
  });

  it("has words of its kind", () => {
    assert.equal(describeAddress(managed), "EtcdCluster trident-etcd");
    assert.equal(describeAddress(existing), "the etcd at https://b:2379, https://a:2379");
    assert.equal(objectOf(managed), "EtcdCluster/trident-etcd");
    assert.equal(objectOf(existing), "existing etcd");
  });

  it("has the same names in whatever order they are given", () => {
    assert.deepEqual(namesOf(managed), ["trident-etcd"]);
    assert.deepEqual(namesOf(existing), ["https://a:2379", "https://b:2379"]);
  });
});

describe("a URL that a Trident is told", () => {
  it("is of the etcd that it leads to", () => {
    const url = "https://trident-etcd-client.storage.svc:2379";
    assert.deepEqual([isClientUrlOf(managed, url), isClientUrlOf(managed, "https://a:2379")], [true, false]);
    assert.deepEqual([isClientUrlOf(existing, url), isClientUrlOf(existing, "https://a:2379")], [false, true]);
  });
});

describe("a migration's destination", () => {
  it("is what its inputs say", () => {
    assert.deepEqual(destinationOf({ namespace: "storage", destination: given.existing }), existing);
  });

  it("is, for one that an older version made, the EtcdCluster that was named by itself", () => {
    assert.deepEqual(destinationOf(given.managed), managed);
  });

  it("that nothing names is an error, not a guess", () => {
    assert.throws(() => destinationOf({ namespace: "storage" }), /namespace storage has no destination/);
  });
});

describe("the command that removes an etcd's keys", () => {
  it("names a client's files where the etcd asks for them", () => {
    const prefix = keyPrefix("/trident/");
    assert.equal(
      deletionCommand(["https://a:2379", "https://b:2379"], prefix),
      "ETCDCTL_API=3 etcdctl --endpoints=https://a:2379,https://b:2379 --cacert=CA.crt --cert=CLIENT.crt --key=CLIENT.key " +
        "del --prefix /trident/",
    );
    assert.equal(
      deletionCommand(["http://a:2379"], prefix),
      "ETCDCTL_API=3 etcdctl --endpoints=http://a:2379 del --prefix /trident/",
    );
  });
});
