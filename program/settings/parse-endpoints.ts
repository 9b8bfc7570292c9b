import { EndpointUrlError, parseEndpointUrl } from "@trident-etcd/migration/connect/endpoint-url.ts";

import { commaList, objectNamePattern } from "./names.ts";

// Each of these answers with the value, or raises an Error that says how to write it.

/** URLs of an etcd's members, with commas between them, each with its port; none is a choice. */
export function etcdEndpoints(text: string): readonly string[] {
  const problems: string[] = [];
  const urls = commaList(text).flatMap((each) => {
    try {
      return [parseEndpointUrl(each).url];
    } catch (error) {
      if (!(error instanceof EndpointUrlError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  const twice = urls.find((url, index) => urls.indexOf(url) !== index);
  if (twice !== undefined) problems.push(`${twice} is named twice`);
  if (problems.length > 0) throw new Error(`${problems.join("; ")}.`);
  return urls;
}

/** The keys of a Secret for the CA's certificate, the client's certificate, and its private key. */
export function secretKeys(text: string): readonly string[] {
  const keys = commaList(text);
  if (keys.length !== 3 || new Set(keys).size !== 3 || keys.some((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key))) {
    throw new Error(
      "write three different keys with commas between them, of the CA's certificate, the client's certificate and its " +
        "private key, such as ca.crt,tls.crt,tls.key.",
    );
  }
  return keys;
}

/** The name of an object of Kubernetes; empty for none. */
export function objectName(text: string): string {
  if (text !== "" && !objectNamePattern.test(text)) {
    throw new Error(
      "write the name of a Secret, lower-case letters, digits, hyphens and dots; empty for none. " +
        '"kubectl get secrets" lists those that there are.',
    );
  }
  return text;
}
