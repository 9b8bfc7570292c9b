import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { after, before, describe, it } from "node:test";
import { loadKubeconfig } from "../../../../migration/kubernetes/load-kubeconfig.ts";
import { createAuthority, type CertificateAuthority, type IssuedCertificate } from "../../../certificate-authority.ts";

const secret = "s3cr3t-k3y-data";

describe("a kubeconfig that is wrong", () => {
  let authority: CertificateAuthority;
  let certificates: IssuedCertificate[];
  let folder: string;
  let path: string;

  before(async () => {
    authority = await createAuthority();
    certificates = [await authority.issue({ commonName: "a" }), await authority.issue({ commonName: "b" })];
    folder = await mkdtemp(join(tmpdir(), "wrong-kubeconfigs-"));
    path = join(folder, "config");
  });
  after(async () => {
    await authority.remove();
    await rm(folder, { recursive: true });
  });

  async function refusal(text: string): Promise<string> {
    await writeFile(path, text);
    try {
      loadKubeconfig({}, { KUBECONFIG: path });
    } catch (error) {
      assert.equal((error as Error).name, "ClusterUnreachableError");
      // As it is shown with its causes, too.
      assert.doesNotMatch(inspect(error), new RegExp(secret, "i"));
      return (error as Error).message;
    }
    assert.fail("it was taken");
  }

  const opening = ["apiVersion: v1", "users:", "- name: u", "  user:", `    client-key-data: ${secret}`];

  for (const [mistake, lines, line, reason] of [
    ["bad indentation", [`   token: ${secret}`], 6, /bad indentation|deficient|expected|can not/],
    ["a tab", [`\ttoken: ${secret}`], 6, /tab|indentation/],
    ["an open quote", [`    token: "${secret}`], 6, /unexpected end of the stream/],
    [
      "an alias, as of a password with an asterisk",
      [`    password: *${secret}`],
      6,
      /unidentified alias \(not shown\)/,
    ],
    ["a tag, as of a password with an exclamation mark", [`    password: !${secret}`], 6, /tag/],
    ["a directive's sign", [`    password: %${secret}`, `    %${secret}: "`], 0, /./],
    ["a bracket", [`    password: [${secret}`, "contexts: []"], 0, /./],
    ["a backtick or an at sign", [`    password: @${secret}`], 0, /./],
    ["something unprintable", [`    password: \u0001${secret}`], 0, /non-printable/],
    ["two documents", ["---", `token: ${secret}`], 0, /single document/],
  ] as const) {
    it(`for ${mistake} is told with file and line, and nothing of what is there`, async () => {
      const message = await refusal([...opening, ...lines].join("\n"));
      assert.ok(message.includes(path));
      assert.match(message, reason);
      if (line > 0) assert.match(message, new RegExp(`config, line ${line}: `));
    });
  }

  interface Parts {
    readonly cluster?: object;
    readonly user?: object;
    readonly context?: object;
    readonly whole?: object;
  }

  function kubeconfig({ cluster = {}, user = {}, context = {}, whole = {} }: Parts): string {
    return JSON.stringify({
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1", ...cluster } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "here", context: { cluster: "c", user: "u", ...context } }],
      "current-context": "here",
      ...whole,
    });
  }

  function base64(text: string | Buffer | undefined): string {
    return Buffer.from(text ?? "").toString("base64");
  }

  const pair = (certificate: number, key: number): object => ({
    "client-certificate-data": base64(certificates[certificate]?.certificate),
    "client-key-data": base64(certificates[key]?.privateKey),
  });

  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "plugin" };

  for (const [what, parts, field, remedy] of [
    [
      "contexts that are no list",
      () => ({ whole: { contexts: { here: {} } } }),
      "contexts is no list",
      /kubectl config view/,
    ],
    [
      "an entry that is no mapping",
      () => ({ whole: { users: [secret] } }),
      "users[0] is no mapping",
      /kubectl config view/,
    ],
    ["a token that is a number", () => ({ user: { token: 17 } }), "users[0].user.token is no text", /in quotes/],
    [
      "a flag in quotes",
      () => ({ cluster: { "insecure-skip-tls-verify": "true" } }),
      "clusters[0].cluster.insecure-skip-tls-verify is neither",
      /without quotes/,
    ],
    [
      "groups that are no list",
      () => ({ user: { as: "a", "as-groups": secret } }),
      "users[0].user.as-groups is no list",
      /./,
    ],
    [
      "a name twice in one file",
      () => ({ whole: { users: [{ name: "u" }, { name: "v" }, { name: "u" }] } }),
      "users[2].name is that of users[0], too",
      /rename or remove/,
    ],
    [
      "data that are not base64",
      () => ({ user: { "client-certificate-data": `${secret}!` } }),
      "users[0].user.client-certificate-data is not in base64",
      /base64 --wrap=0 FILE.*client-certificate/,
    ],
    [
      "base64 of something else",
      () => ({ cluster: { "certificate-authority-data": base64(secret) } }),
      "clusters[0].cluster.certificate-authority-data holds no certificate",
      /BEGIN CERTIFICATE/,
    ],
    [
      "a CA's file that is missing",
      () => ({ cluster: { "certificate-authority": "no-ca.crt" } }),
      "clusters[0].cluster.certificate-authority names a file that can't be read (ENOENT",
      /no-ca\.crt.*correct the path/,
    ],
    [
      "a certificate without its key",
      () => ({ user: { ...pair(0, 0), "client-key-data": "" } }),
      "users[0].user.client-key is missing",
      /./,
    ],
    [
      "another one's key",
      () => ({ user: pair(0, 1) }),
      "users[0].user.client-key does not belong to client-certificate",
      /./,
    ],
    [
      "a key that is none",
      () => ({ user: { ...pair(0, 0), "client-key-data": base64(secret) } }),
      "users[0].user.client-key-data holds no private key",
      /./,
    ],
    [
      "a token and a password",
      () => ({ user: { token: secret, username: "me", password: secret } }),
      "users[0].user.token and its username",
      /remove one/,
    ],
    ["groups without a user", () => ({ user: { "as-groups": ["a"] } }), "users[0].user.as is missing", /./],
    [
      "an auth-provider of OIDC",
      () => ({ user: { "auth-provider": { name: "oidc", config: { "id-token": secret, "client-secret": secret } } } }),
      "users[0].user.auth-provider (oidc) is not renewed in a run",
      /exec, a credential plugin: kubelogin .*kubectl oidc-login setup/,
    ],
    [
      "an auth-provider of Google",
      () => ({ user: { "auth-provider": { name: "gcp" } } }),
      "users[0].user.auth-provider (gcp)",
      /gke-gcloud-auth-plugin/,
    ],
    [
      "an auth-provider of Azure",
      () => ({ user: { "auth-provider": { name: "azure" } } }),
      "users[0].user.auth-provider (azure)",
      /kubelogin convert-kubeconfig/,
    ],
    [
      "an auth-provider that nobody knows",
      () => ({ user: { "auth-provider": { name: secret } } }),
      "users[0].user.auth-provider is not renewed",
      /replace it by exec/,
    ],
    [
      "an auth-provider beside a plugin",
      () => ({ user: { exec, "auth-provider": { name: "oidc" } } }),
      "users[0].user.auth-provider (oidc)",
      /remove it, as exec is set, too/,
    ],
    [
      "a plugin without a command",
      () => ({ user: { exec: { ...exec, command: "" } } }),
      "users[0].user.exec.command is missing",
      /./,
    ],
    [
      "a plugin without a version",
      () => ({ user: { exec: { command: "plugin" } } }),
      "users[0].user.exec.apiVersion is missing",
      /client\.authentication/,
    ],
    [
      "a plugin that wants a terminal",
      () => ({ user: { exec: { ...exec, interactiveMode: "Always" } } }),
      "users[0].user.exec.interactiveMode is Always",
      /choose/,
    ],
    ["a cluster without a server", () => ({ cluster: { server: "" } }), "clusters[0].cluster.server is missing", /URL/],
    [
      "a server that is no URL",
      () => ({ cluster: { server: "https://[bad" } }),
      "clusters[0].cluster.server is no URL",
      /https:\/\/HOST:PORT/,
    ],
    [
      "a proxy that is none",
      () => ({ cluster: { "proxy-url": `me:${secret}@proxy` } }),
      "clusters[0].cluster.proxy-url is no proxy's URL",
      /http:\/\/HOST:PORT/,
    ],
    [
      "a proxy of a kind that kubectl refuses",
      () => ({ cluster: { "proxy-url": "socks5h://proxy:1080" } }),
      "clusters[0].cluster.proxy-url is no proxy's URL",
      /socks5:\/\/HOST:PORT/,
    ],
    [
      "an authority and no verification",
      () => ({ cluster: { "insecure-skip-tls-verify": true, "certificate-authority": "ca.crt" } }),
      "clusters[0].cluster.insecure-skip-tls-verify and certificate-authority",
      /remove one/,
    ],
    [
      "a context of a cluster that is missing",
      () => ({ context: { cluster: "other" } }),
      'context "here": it names a cluster that is not there',
      /kubectl config set-context here --cluster=NAME/,
    ],
    [
      "a context of a user that is missing",
      () => ({ context: { user: "other" } }),
      'context "here": it names a user that is not there',
      /kubectl config set-context here --user=NAME/,
    ],
    [
      "another kind of object",
      () => ({ whole: { apiVersion: "v1", kind: "Secret", data: { a: secret } } }),
      "kind is not Config",
      /no kubeconfig/,
    ],
  ] as const satisfies readonly (readonly [string, () => Parts, string, RegExp])[]) {
    it(`for ${what} is told with file, field and the way out`, async () => {
      const message = await refusal(kubeconfig(parts()));
      assert.ok(message.includes(field), message);
      assert.match(message, remedy);
      assert.ok(message.includes(path), message);
    });
  }

  it("for being no mapping at all is told with its file", async () => {
    assert.match(await refusal(secret), /config holds no kubeconfig/);
    assert.match(await refusal(`- ${secret}`), /config holds no kubeconfig/);
  });

  it("given as contents is told with the setting's name and the line", () => {
    assert.throws(
      () => loadKubeconfig({ kubeconfig: `users:\n- name: u\n   token: ${secret}\n` }),
      (error: Error) =>
        /the setting kubernetes:kubeconfig, line \d: /.test(error.message) && !inspect(error).includes(secret),
    );
  });
});
