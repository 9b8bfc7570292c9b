import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyPrefix } from "../../../../../migration/copy/store/key-range.ts";
import { NotReachedFromHereError } from "../../../../../migration/connect/open-existing-etcd.ts";
import { checkExisting, type ExistingEtcdFacts } from "../../../../../migration/plan/rules/etcd/existing-etcd.ts";
import {
  existingEtcdTls,
  existingEtcdUnreachable,
  kubernetesEtcd,
} from "../../../../../migration/blockers/existing-etcd-blockers.ts";
import { told } from "../told.ts";

const endpoint = "https://etcd.example.com:2379";

describe("an existing etcd in the plan", () => {
  it("that has nothing against it is neither a blocker nor a risk", () => {
    assert.deepEqual(check({}), { blockers: [], risks: [] });
  });

  it("blocks with all that keeps it from being used", () => {
    const problems = [kubernetesEtcd([endpoint], "/registry/"), kubernetesEtcd([endpoint], "/x/")];
    assert.deepEqual(
      check({ problems }).blockers.map(({ kind }) => kind),
      ["kubernetesEtcd", "kubernetesEtcd"],
    );
  });

  it("that a preview did not reach is a risk that says when it is looked at", () => {
    const failure = new NotReachedFromHereError([endpoint], ["getaddrinfo ENOTFOUND etcd.example.com"]);
    const { blockers, risks } = check({ failure });
    assert.deepEqual(blockers, []);
    assert.match(risks[0] ?? "", /ENOTFOUND.*A preview makes no pod: `pulumi up` looks through one/);
  });

  it("whose pod does not come up is a blocker with the kubelet's reason", () => {
    const [blocker] = check({ failure: new Error("Pod x can't start: ImagePullBackOff.") }).blockers;
    assert.equal(blocker?.kind, "existingEtcdUnreachable");
    assert.match(blocker.message, /Pod x can't start: ImagePullBackOff/);
  });

  it("with several endpoints, or without TLS, is a risk that says what that means", () => {
    const several = check({ endpoints: [endpoint, "https://b:2379"] }).risks;
    assert.match(several.join(), /takes one endpoint only, and gets the first, https:\/\/etcd\.example\.com:2379/);
    assert.match(check({ endpoints: ["http://a:2379"] }).risks.join(), /without TLS.*reads the passwords/);
  });

  it("whose state is adopted is a risk that says how much that is", () => {
    assert.match(
      check({ adoptState: true, keys: 7 }).risks.join(),
      /starts on the 7 keys that are under.*no other Trident/,
    );
    assert.match(check({ adoptState: true, keys: 0 }).risks.join(), /there is no state under \/trident\//);
    assert.deepEqual(check({ adoptState: true, keys: 7, flow: "installed" }).risks, []);
  });

  it("that Trident is on already, and that is away for now, is a risk; what stays wrong blocks all the same", () => {
    const away = existingEtcdUnreachable([endpoint], "from this machine", "connect ECONNREFUSED");
    const wrong = existingEtcdTls([endpoint], "authority", "its certificate is not signed by the CA");
    const found = check({ flow: "installed", isInUse: true, problems: [away, wrong] });
    assert.deepEqual(
      found.blockers.map(({ kind }) => kind),
      ["existingEtcdTls"],
    );
    assert.match(found.risks.join(), /ECONNREFUSED/);
  });

  it("blocks nothing once the old Trident is back on its embedded etcd", () => {
    const found = check({ flow: "rolledBack", problems: [kubernetesEtcd([endpoint], "/registry/")] });
    assert.deepEqual(found.blockers, []);
    assert.match(found.risks.join(), /keys under \/registry\//);
  });

  function check({ endpoints = [endpoint], ...change }: Partial<ExistingEtcdFacts> & { endpoints?: string[] }) {
    const found = checkExisting({
      flow: "install",
      address: { namespace: "n", endpoints, clientSecret: "etcd-client-tls" },
      adoptState: false,
      isInUse: false,
      problems: [],
      failure: undefined,
      keys: undefined,
      prefix: keyPrefix("/trident/"),
      ...change,
    });
    return told(found, "service");
  }
});
