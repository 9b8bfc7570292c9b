import { isTransient } from "../copy/store/store-error.ts";
import { EtcdTlsError } from "./errors.ts";
import type { EtcdTarget } from "./etcd-target.ts";
import { Member } from "./member.ts";

/**
 * The way to a cluster: calls go to one member until one fails for want of an answer, then to the next address. Each call
 * is made once, has a deadline, and fails with an EtcdError.
 */
export class Connection {
  readonly members: readonly Member[];
  #current = 0;

  constructor(target: EtcdTarget, deadlineMilliseconds: number) {
    this.members = target.addresses.map((address) => new Member(address, target, deadlineMilliseconds));
  }

  /** @param path such as `/etcdserverpb.KV/Range`. */
  async call(path: string, request: Buffer): Promise<Buffer> {
    const index = this.#current;
    const member = this.members[index];
    if (member === undefined) {
      throw new TypeError("an etcd without any address");
    }
    try {
      return await member.call(path, request);
    } catch (error) {
      // Calls that fail together move on by one member, not by as many as they are.
      if (this.#current === index && isWorthAnother(error)) {
        this.#current = (index + 1) % this.members.length;
      }
      throw error;
    }
  }

  close(): void {
    for (const member of this.members) {
      member.close();
    }
  }
}

/** Another member may be reachable, have a leader, or not lag behind; a TLS failure may be this one's alone. */
function isWorthAnother(error: unknown): boolean {
  return error instanceof EtcdTlsError || isTransient(error);
}
