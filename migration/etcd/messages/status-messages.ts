import type { MemberHash, StoreStatus } from "../../copy/store/key-value-store.ts";
import { bytesFieldBytes } from "../../copy/write/request-bytes.ts";
import { Reader, Writer } from "./wire-format.ts";

// Field numbers: api/etcdserverpb/rpc.proto in etcd.

export function decodeStatus(answer: Buffer): StoreStatus {
  const reader = new Reader(answer);
  let status: StoreStatus = { clusterId: "0", revision: 0n, version: "", databaseBytes: 0 };
  let bytesInUse = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      status = { ...status, ...reader.message(readHeader) };
    } else if (field === 2) {
      status = { ...status, version: reader.bytes().toString("utf8") };
    } else if (field === 3) {
      status = { ...status, databaseBytes: Number(reader.bigint()) };
    } else if (field === 9) {
      bytesInUse = Number(reader.bigint());
    } else {
      reader.skip();
    }
  }
  return bytesInUse === 0 ? status : { ...status, databaseBytes: bytesInUse };
}

/** What the member says is wrong with itself, such as a raised alarm; since etcd 3.4. */
export function decodeStatusErrors(answer: Buffer): string[] {
  const reader = new Reader(answer);
  const errors: string[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 8) {
      errors.push(reader.bytes().toString("utf8"));
    } else {
      reader.skip();
    }
  }
  return errors;
}

function readHeader(reader: Reader): Pick<StoreStatus, "clusterId" | "revision"> {
  let clusterId = "0";
  let revision = 0n;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      clusterId = reader.bigint().toString();
    } else if (field === 3) {
      revision = reader.bigint();
    } else {
      reader.skip();
    }
  }
  return { clusterId, revision };
}

const LONGEST_NUMBER_BYTES = 11;

export function encodeHashRequest(revision: bigint): Buffer {
  const writer = new Writer(LONGEST_NUMBER_BYTES);
  writer.bigint(1, revision);
  return writer.written();
}

export function decodeHash(answer: Buffer): Omit<MemberHash, "address"> {
  const reader = new Reader(answer);
  let clusterId = "0";
  let hash = 0;
  let compactRevision = 0n;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      ({ clusterId } = reader.message(readHeader));
    } else if (field === 2) {
      hash = reader.number();
    } else if (field === 3) {
      compactRevision = BigInt.asIntN(64, reader.bigint());
    } else {
      reader.skip();
    }
  }
  return { clusterId, hash, compactRevision };
}

export function encodeAuthentication(credentials: { readonly username: string; readonly password: string }): Buffer {
  const username = Buffer.from(credentials.username, "utf8");
  const password = Buffer.from(credentials.password, "utf8");
  const writer = new Writer(bytesFieldBytes(username.length) + bytesFieldBytes(password.length));
  writer.bytes(1, username);
  writer.bytes(2, password);
  return writer.written();
}

export function decodeToken(answer: Buffer): string {
  const reader = new Reader(answer);
  let token = "";
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 2) {
      token = reader.bytes().toString("utf8");
    } else {
      reader.skip();
    }
  }
  return token;
}
