import { usualRule } from "./defragmentation-rule.ts";

export interface DefragmentationScriptRequest {
  /** A folder for what is not kept. @default "/tmp" */
  readonly scratch?: string;
  /** Where Kubernetes takes a container's last words from. @default "/dev/termination-log" */
  readonly report?: string;
  /** As for `trident-etcd defragment`. @default the usual rule */
  readonly atLeastFraction?: number;
  readonly atLeastBytes?: number;
}

/**
 * A script for the shell of etcd's image, be it dash or busybox's, with etcdctl set up by its environment: `trident-etcd defragment` by
 * the same rules, as far as etcdctl tells. Members for which it pays, one by one, the leader last, each level with the others before the
 * next; nothing while a member is missing, or with fewer than three.
 */
export function defragmentationScript(request: DefragmentationScriptRequest = {}): string {
  const { scratch = "/tmp", report = "/dev/termination-log" } = request;
  const { atLeastFraction = usualRule.atLeastFraction, atLeastBytes = usualRule.atLeastBytes } = request;
  return `${[
    `scratch='${scratch}' report='${report}'`,
    `least_percent=${Math.round(atLeastFraction * 100)} least_bytes=${Math.trunc(atLeastBytes)} patience_seconds=120`,
  ].join("\n")}\n${script}`;
}

const script = String.raw`set -u
export LC_ALL=C
words=$scratch/words members=$scratch/members done=0

end() {
  echo "$2" >&2
  printf '%s\n' "$2" >"$report"
  exit "$1"
}
last_words() { tail -n 1 "$words" | cut -c 1-300; }
number() { printf '%s\n' "$2" | sed -n "s/.*\"$1\":\([0-9][0-9]*\).*/\1/p"; }

# A shell's variables are everybody's: those of the loop below are url, leads, size, used and index.

# A line for each member: its URL, whether it follows (0) or leads (1), its file's bytes, those in use, and what it has applied.
look() {
  etcdctl --dial-timeout=5s --command-timeout=10s endpoint status --cluster --write-out=json >"$scratch/status" 2>"$words" || return 1
  sed 's/{"Endpoint"/\
&/g' "$scratch/status" >"$scratch/lines"
  : >"$members"
  while read -r line; do
    at=$(printf '%s\n' "$line" | sed -n 's/.*"Endpoint":"\([^"]*\)".*/\1/p')
    [ -n "$at" ] || continue
    leader=$(number leader "$line")
    [ -n "$leader" ] && [ "$leader" != 0 ] || { echo "$at knows no leader" >"$words"; return 1; }
    role=0
    [ "$leader" != "$(number member_id "$line")" ] || role=1
    echo "$at $role $(number dbSize "$line") $(number dbSizeInUse "$line") $(number raftAppliedIndex "$line")" >>"$members"
  done <"$scratch/lines"
  [ "$(($(wc -l <"$members")))" -eq "$expected" ] || { echo "not all of $expected members answer" >"$words"; return 1; }
}

# The highest index of all, or that of one member.
applied() { while read -r at _ _ _ has; do case $at in $1) echo "$has" ;; esac; done <"$members" | sort -n | tail -n 1; }

until_level() {
  target='' began=$(date +%s)
  while :; do
    if look; then
      [ -n "$target" ] || target=$(applied '*')
      [ "$(applied "$1")" -lt "$target" ] || return 0
    fi
    [ $(($(date +%s) - began)) -lt "$patience_seconds" ] || return 1
    sleep 1
  done
}

etcdctl --dial-timeout=5s --command-timeout=10s member list --write-out=simple >"$scratch/list" 2>"$words" ||
  end 1 "no member of the etcd answers: $(last_words)"
expected=$(($(wc -l <"$scratch/list")))
[ "$expected" -ge 3 ] || end 1 "an etcd of $expected members answers nobody while one is defragmented: nothing is done by schedule"
look || end 1 "nothing is defragmented while a member is missing: $(last_words)"
sort -k 2,2n "$members" >"$scratch/order"
while read -r url leads size used index <&3; do
  [ -n "$used" ] || end 1 "the etcd does not tell what of its database is in use: before 3.4 nothing is done by schedule"
  unused=$((size - used))
  if [ "$unused" -lt "$least_bytes" ] || [ $((unused * 100)) -lt $((least_percent * size)) ]; then continue; fi
  [ "$done" -eq 0 ] || look || end 1 "after $done members: no further one is defragmented while a member is missing: $(last_words)"
  echo "$url: $size bytes, $unused of them unused" >&2
  env ETCDCTL_ENDPOINTS="$url" etcdctl --dial-timeout=5s --command-timeout=600s defrag >"$words" 2>&1 ||
    end 1 "after $done members: $url was not defragmented: $(last_words)"
  until_level "$url" || end 1 "after $done members: $url was defragmented and does not serve as before: $(last_words)"
  done=$((done + 1))
done 3<"$scratch/order"
end 0 "$done of $expected members were defragmented"
`;
