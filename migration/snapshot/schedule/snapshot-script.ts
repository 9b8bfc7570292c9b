export interface SnapshotScriptRequest {
  /** Of the etcd: the snapshots' names have it. */
  readonly namespace: string;
  /** So many of the newest stay, at least one. */
  readonly keep: number;
  /** And whatever is not older than so many days. */
  readonly keepDays: number;
  /** Where the claim is mounted. */
  readonly folder: string;
  /** After which a run is ended, so that what is older is no run's any more. */
  readonly deadlineSeconds: number;
  /** A folder for what is not kept. @default "/tmp" */
  readonly scratch?: string;
  /** Where Kubernetes takes a container's last words from. @default "/dev/termination-log" */
  readonly report?: string;
}

/**
 * A script for the shell of etcd's image, be it dash or busybox's, with etcdctl set up by its environment. Saves a snapshot under the
 * name that `snapshotName` gives it, from a member that has a majority behind it, once it was read back; then removes what
 * `supersededSnapshots` names. What it came to is the last words of its container, see `readRunReport`. It says nothing of any key.
 */
export function snapshotScript(request: SnapshotScriptRequest): string {
  const { namespace, keep, keepDays, folder, deadlineSeconds } = request;
  const { scratch = "/tmp", report = "/dev/termination-log" } = request;
  return `${[
    `folder=${quoted(folder)} scratch=${quoted(scratch)} report=${quoted(report)}`,
    `prefix=${quoted(`trident-etcd-${namespace}-`)}`,
    `keep=${Math.max(1, Math.trunc(keep))} keep_days=${Math.trunc(keepDays)} deadline_seconds=${Math.trunc(deadlineSeconds)}`,
  ].join("\n")}\n${script}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const script = String.raw`set -u
umask 077
export LC_ALL=C
partial='' child='' words=$scratch/words

# The last words, as JSON; the text of a failure without what would end its string.
fail() {
  trap '' TERM INT HUP
  [ -z "$partial" ] || rm -f "$partial" "$partial.part"
  echo "$1" >&2
  text=$(printf '%s' "$1" | tr '\n\t' '  ' | tr -cd '\040-\176' | tr -d '\042\134' | cut -c 1-600)
  printf '{"error":"%s"}\n' "$text" >"$report"
  exit 1
}

# A shell hears a signal only between commands, unless it waits.
run() {
  "$@" >"$scratch/output" 2>"$words" &
  child=$!
  wait "$child"
  status=$?
  child=''
  [ ! -s "$words" ] || cat "$words" >&2
  return "$status"
}
last_words() { tail -n 1 "$words" | cut -c 1-300; }

ended() {
  trap '' TERM INT HUP
  [ -z "$child" ] || kill "$child" 2>/dev/null
  fail "it was ended before the snapshot was whole, after $(($(date +%s) - began)) s"
}
began=$(date +%s)
trap ended TERM INT HUP

# Sets day and time, as digits, to those in a name of ours; false for any other name.
read_name() {
  stamp=${"$"}{1##*/}
  stamp=${"$"}{stamp#"$prefix"}
  stamp=${"$"}{stamp%%.db*}
  case $stamp in
    [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z) ;;
    [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9].[0-9][0-9][0-9]Z) ;;
    *) return 1 ;;
  esac
  time=${"$"}{stamp#*T}
  time=${"$"}{time%%[.Z]*}
  stamp=${"$"}{stamp%T*}
  day=${"$"}{stamp%%-*}
  stamp=${"$"}{stamp#*-}
  day=$day${"$"}{stamp%-*}${"$"}{stamp#*-}
}

# Whether day and time are before now, by so many seconds. In two numbers, since one would not be taken by every shell.
is_older_than() {
  limit=$(date -u -d "@$(($(date +%s) - $1))" +'%Y%m%d %H%M%S') || return 1
  [ "$day" -lt "${"$"}{limit% *}" ] || { [ "$day" -eq "${"$"}{limit% *}" ] && [ "$time" -lt "${"$"}{limit#* }" ]; }
}

# What runs that were killed have begun: it holds secrets and serves nobody.
remove_left_behind() {
  for file in "$folder/$prefix"*.db.partial "$folder/$prefix"*.db.partial.part; do
    [ -f "$file" ] && read_name "$file" && is_older_than "$deadline_seconds" && rm -f "$file"
  done
}

# Each but the newest, and the one that was just saved, which a clock that went back would have among the old ones.
prune() {
  newer=0
  for file in "$folder/$prefix"*.db; do
    [ -f "$file" ] && read_name "$file" && newer=$((newer + 1))
  done
  for file in "$folder/$prefix"*.db; do
    [ -f "$file" ] && read_name "$file" || continue
    newer=$((newer - 1))
    if [ "$newer" -ge "$keep" ] && [ "$file" != "$1" ] && is_older_than $((keep_days * 86400)); then
      rm -f "$file" && echo "removed ${"$"}{file##*/}" >&2
    fi
  done
}

# Under a name that is nobody's yet.
choose_name() {
  while :; do
    name=$prefix$(date -u +%Y-%m-%dT%H%M%SZ).db
    [ -e "$folder/$name" ] || [ -e "$folder/$name.partial" ] || return 0
    sleep 1
  done
}

# A member answers this only with a majority behind it; one without may lack what the others have written.
save_from() {
  run env ETCDCTL_ENDPOINTS="$1" etcdctl --dial-timeout=5s --command-timeout=10s get --keys-only trident-etcd-majority ||
    return 1
  run env ETCDCTL_ENDPOINTS="$1" etcdctl --dial-timeout=5s snapshot save "$partial"
}

save() {
  run etcdctl --dial-timeout=5s --command-timeout=30s member list --write-out=simple ||
    fail "no member of the etcd answers: $(last_words)"
  mv "$scratch/output" "$scratch/members"
  failure='none of its members has started'
  while IFS=', ' read -r id state name_of_member peers client rest; do
    case $client in http*) ;; *) continue ;; esac
    if save_from "$client"; then return 0; fi
    failure="member $name_of_member: $(last_words)"
    rm -f "$partial" "$partial.part"
  done <"$scratch/members"
  fail "no member of the etcd gave a snapshot: $failure"
}

# The digest at its end, which shows that it is whole, and its pages, by etcdctl.
read_back() {
  bytes=$(($(wc -c <"$partial")))
  [ $((bytes % 512)) -eq 32 ] || fail "what was saved can't be restored: it ends before its checksum, after $bytes bytes"
  expected=$(tail -c 32 "$partial" | od -An -v -tx1 | tr -d ' \n')
  found=$(head -c $((bytes - 32)) "$partial" | sha256sum | cut -c 1-64)
  [ "$found" = "$expected" ] || fail "what was saved can't be restored: its checksum is not that of its contents"
  run etcdctl snapshot status "$partial" --write-out=json || fail "what was saved can't be restored: $(last_words)"
  hash=$(number hash) revision=$(number revision) keys=$(number totalKey)
  [ -n "$hash" ] && [ -n "$revision" ] && [ -n "$keys" ] ||
    fail "what was saved can't be restored: etcdctl does not tell what is in it"
}
number() { sed -n "s/.*\"$1\":\([0-9][0-9]*\).*/\1/p" "$scratch/output"; }

[ -d "$folder" ] && [ -w "$folder" ] || fail "the claim can't be written to by user $(id -u), group $(id -g)"
remove_left_behind
# Before too: on a full disk nothing could be saved again.
prune ''
choose_name
partial=$folder/$name.partial
save
read_back
sync
mv "$partial" "$folder/$name" || fail "what was saved can't be given its name"
partial=''
sync
prune "$folder/$name"
printf '{"file":"%s","revision":%s,"keys":%s,"bytes":%s,"hash":%s}\n' \
  "$name" "$revision" "$keys" "$bytes" "$hash" >"$report"
echo "saved $name: $bytes bytes, revision $revision" >&2
`;
