import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEtcdUrls } from "../../../../migration/cli/words/etcd-urls.ts";
import { UsageError } from "../../../../migration/cli/words/usage-error.ts";

test("the port is etcd's when none is written, and never the scheme's", () => {
  assert.deepEqual(parseEtcdUrls("--from", "https://a"), {
    scheme: "https",
    addresses: [{ host: "a", port: 2379 }],
    names: ["https://a:2379"],
  });
  assert.deepEqual(parseEtcdUrls("--from", "https://a:443/").addresses, [{ host: "a", port: 443 }]);
  assert.deepEqual(parseEtcdUrls("--from", "http://a:80").addresses, [{ host: "a", port: 80 }]);
});

test("IPv6 addresses lose their brackets for dialling and keep them in names", () => {
  assert.deepEqual(parseEtcdUrls("--from", "https://[::1]:2379"), {
    scheme: "https",
    addresses: [{ host: "::1", port: 2379 }],
    names: ["https://[::1]:2379"],
  });
  assert.deepEqual(parseEtcdUrls("--from", "https://[fe80::1]").addresses, [{ host: "fe80::1", port: 2379 }]);
});

test("members are separated by commas, each named once", () => {
  assert.deepEqual(parseEtcdUrls("--to", "https://a:1, https://b:2").names, ["https://a:1", "https://b:2"]);
  refused("https://a,https://a:2379", /names https:\/\/a:2379 twice/);
  refused("https://a,", /is not a URL/);
});

test("what is no plain etcd URL is refused", () => {
  refused("a:2379", /is not a URL of an etcd\. Write https:/);
  refused("ftp://a", /is not a URL of an etcd/);
  refused("https://", /is not a valid URL/);
  refused("https://a:99999", /is not a valid URL/);
  refused("https://a:2379/v3", /has something after the port/);
  refused("https://a?x", /has something after the port/);
  refused("https://user:secret@a", /user or password/);
  refused("http://a,https://b", /mixes/);
});

function refused(list: string, message: RegExp): void {
  assert.throws(
    () => parseEtcdUrls("--to", list),
    (error) => {
      assert(error instanceof UsageError);
      assert.match(error.message, message);
      assert(!error.message.includes("secret"));
      return true;
    },
  );
}
