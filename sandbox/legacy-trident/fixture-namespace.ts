/** Marks a namespace that the fixture created, and may therefore delete. */
export const fixtureNamespaceLabel = { "app.kubernetes.io/created-by": "legacy-trident-fixture" } as const;

export function isFixtureNamespace(namespace: { metadata?: { labels?: Record<string, string> } }): boolean {
  return Object.entries(fixtureNamespaceLabel).every(([name, value]) => namespace.metadata?.labels?.[name] === value);
}
