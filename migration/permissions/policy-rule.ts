/** A rule of a Role or ClusterRole. */
export interface PolicyRule<Names = string[]> {
  readonly apiGroups: string[];
  readonly resources: string[];
  /** Absent for all objects of the resources. */
  readonly resourceNames?: Names;
  readonly verbs: string[];
}
