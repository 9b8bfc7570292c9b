import { stoppedReplicasAnnotation } from "./legacy-trident.ts";

/**
 * A manifest that creates the object anew, as it was: what the user and the API server's defaults said, without what
 * only the server writes. JSON in, JSON out, so that no field is lost which the typed API does not know.
 */
export function savedManifest(manifest: unknown): string {
  const object = manifest as ServedObject;
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([field]) => !writtenByServer.has(field)));
  return JSON.stringify({
    ...object,
    metadata: { ...metadata, ...annotationsOf(object.metadata) },
    status: undefined,
  });
}

// A migration's own mark, left by one whose Deployment was scaled up by hand, is not the user's.
function annotationsOf(metadata: ServedObject["metadata"]): { annotations?: Record<string, unknown> } {
  const { annotations } = metadata;
  if (typeof annotations !== "object" || annotations === null) return {};
  return {
    annotations: Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== stoppedReplicasAnnotation)),
  };
}

interface ServedObject {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status?: unknown;
}

const writtenByServer = new Set([
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "managedFields",
  "selfLink",
]);
