/** A kubeconfig can't be used. The message names its file and the field, and holds nothing of what is written there. */
export class KubeconfigError extends Error {
  override readonly name = "KubeconfigError";
}
