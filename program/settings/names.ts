/** What Kubernetes calls most of its objects by: a DNS subdomain. */
export const objectNamePattern = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** What is between commas, without spaces around it; nothing for what is empty. */
export function commaList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
