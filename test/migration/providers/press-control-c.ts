import { channel } from "node:diagnostics_channel";

/** Tells whoever listens in this process what Node tells when Pulumi's engine calls a plugin to say that ^C was pressed. */
export function pressControlC(): void {
  channel("http2.server.stream.created").publish({ headers: { ":path": "/pulumirpc.ResourceProvider/Cancel" } });
}
