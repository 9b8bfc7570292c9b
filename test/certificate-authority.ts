import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Paths of PEM files, as etcd takes them, and their contents, as connectEtcd does. */
export interface IssuedCertificate {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** As OpenSSL writes them: `DNS:localhost`, `IP:127.0.0.1`. */
  readonly alternativeNames?: readonly string[];
  readonly usages?: readonly ("serverAuth" | "clientAuth")[];
  /** As OpenSSL writes it: `digitalSignature`. @default not limited */
  readonly keyUsage?: string;
  /** OpenSSL's words for another kind of key. @default ECDSA on P-256 */
  readonly newKey?: readonly string[];
  /** Negative for one that has expired. */
  readonly validDays?: number;
}

/** A CA that lives as long as a test: its keys are made when it is created and its directory goes with `remove`. */
export interface CertificateAuthority {
  readonly certificateFile: string;
  readonly certificate: Buffer;
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
  remove(): Promise<void>;
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

export async function createAuthority(
  commonName = "test-ca",
  validDays = 2,
  newKey: readonly string[] = NEW_KEY,
): Promise<CertificateAuthority> {
  const directory = await mkdtemp(join(tmpdir(), "certificate-authority-"));
  const certificateFile = join(directory, "ca.crt");
  const privateKeyFile = join(directory, "ca.key");
  const subject = ["-subj", `/CN=${commonName}`];
  await run(
    "openssl",
    ["req", "-x509", ...newKey, "-keyout", privateKeyFile, "-out", certificateFile, ...subject].concat(
      "-days",
      String(validDays),
    ),
  );
  let issued = 0;
  return {
    certificateFile,
    certificate: await readFile(certificateFile),
    issue(request) {
      issued += 1;
      return issue(join(directory, `certificate-${issued}`), { certificateFile, privateKeyFile }, request);
    },
    async remove() {
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function issue(
  path: string,
  authority: { certificateFile: string; privateKeyFile: string },
  request: CertificateRequest,
): Promise<IssuedCertificate> {
  const {
    commonName,
    alternativeNames = [],
    usages = ["serverAuth", "clientAuth"],
    validDays = 2,
    newKey = NEW_KEY,
  } = request;
  const certificateFile = `${path}.crt`;
  const privateKeyFile = `${path}.key`;
  const extensions = [`extendedKeyUsage = ${usages.join(", ")}`];
  if (request.keyUsage !== undefined) {
    extensions.push(`keyUsage = ${request.keyUsage}`);
  }
  if (alternativeNames.length > 0) {
    extensions.push(`subjectAltName = ${alternativeNames.join(", ")}`);
  }
  await writeFile(`${path}.ext`, extensions.join("\n"));
  const subject = ["-subj", `/CN=${commonName}`];
  await run("openssl", ["req", ...newKey, "-keyout", privateKeyFile, "-out", `${path}.csr`, ...subject]);
  await run("openssl", [
    ...["x509", "-req", "-in", `${path}.csr`, "-out", certificateFile, "-days", String(validDays)],
    ...["-CA", authority.certificateFile, "-CAkey", authority.privateKeyFile, "-extfile", `${path}.ext`],
  ]);
  return {
    certificateFile,
    privateKeyFile,
    certificate: await readFile(certificateFile),
    privateKey: await readFile(privateKeyFile),
  };
}
