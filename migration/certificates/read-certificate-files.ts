import { readFileSync } from "node:fs";
import type { CertificateMaterial, CertificatePart } from "./client-certificate.ts";

/** For each part, the file's path and the setting that names it. */
export type CertificateFiles = Readonly<Record<CertificatePart, { readonly setting: string; readonly path: string }>>;

/** Files that settings name can't be read; all of them. */
export class CertificateFilesError extends Error {
  override readonly name = "CertificateFilesError";
  /** One sentence for each file. Nothing of a file's content. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join(" "));
    this.problems = problems;
  }
}

/**
 * The PEM parts from files on this machine, as they are: what is in them is checked where they are used.
 *
 * @throws CertificateFilesError
 */
export function readCertificateFiles(files: CertificateFiles): CertificateMaterial {
  const problems: string[] = [];
  const read = (part: CertificatePart): Buffer => {
    const { setting, path } = files[part];
    const content = readPemFile(path);
    if (typeof content !== "string") return content;
    problems.push(`${setting} is ${JSON.stringify(path)}: that file ${content}.`);
    return Buffer.alloc(0);
  };
  const material = {
    certificateAuthority: read("certificateAuthority"),
    certificate: read("certificate"),
    privateKey: read("privateKey"),
  };
  if (problems.length > 0) throw new CertificateFilesError(problems);
  return material;
}

/** The content, or why there is none. */
function readPemFile(path: string): Buffer | string {
  try {
    const content = readFileSync(path);
    return content.length === 0 ? "is empty. Put the PEM there" : content;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist. Check the path; a relative one begins in the program's folder";
    case "EACCES":
    case "EPERM":
      return "may not be read by this user. Check its permissions and those of its folder";
    case "EISDIR":
      return "is a directory. Name the PEM file in it";
    default:
      return `can't be read (${code})`;
  }
}
