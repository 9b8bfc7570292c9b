# What the prepare.sh of the old releases of Kubernetes have in common: to be sourced there, in the part's own folder.
set -euo pipefail

# Copies a published module to a directory: copy_module MODULE@VERSION DIRECTORY [PATH...]
copy_module() {
  local published paths=("${@:3}")
  published=$(cd / && GOFLAGS='' go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  mkdir "$2"
  cp -r --no-preserve=mode "${paths[@]/#/$published/}" "$2"
}

# cadvisor's files in the kubelet ask for cgo, and nothing in them needs it; without them the kubelet refuses to start.
without_cgo() {
  sed -i '1s#^// +build cgo,linux$#// +build linux#; 1s# linux,!cgo$##' kubernetes/pkg/kubelet/cadvisor/*.go
}

# The validation of custom resources compares a value with the zero value that reflect makes. Today's Go keeps that one at an
# address that makes every empty string equal to null. Later versions lack the comparison: mend_validation VERSION
mend_validation() {
  copy_module "github.com/go-openapi/validate@$1" validate .
  rm -rf validate/fixtures
  sed -i 's/if data == nil || reflect.DeepEqual(reflect.Zero(reflect.TypeOf(data)), reflect.ValueOf(data)) {/if data == nil {/' \
    validate/type.go
}

# Makes the API server's description of its objects, which no module before 1.19 holds, with the generator of that time. That
# one knows no modules: it gets a GOPATH with copies of all packages that it reads.
generate_openapi() {
  local work packages package=k8s.io/kubernetes/pkg/generated/openapi
  work=$PWD/openapi
  go build -o "$work/openapi-gen" k8s.io/kube-openapi/cmd/openapi-gen
  mapfile -t packages < openapi-packages.txt
  go list -deps -f '{{if not .Standard}}{{.ImportPath}} {{.Dir}}{{end}}' "${packages[@]}" | while read -r path directory; do
    mkdir -p "$work/src/$path"
    find "$directory" -maxdepth 1 -name '*.go' ! -name '*_test.go' -exec cp -t "$work/src/$path" {} +
  done
  (
    cd "$work/src"
    # Aliases became types of their own with Go 1.22, after this generator. Go 1.27 will no longer know this switch.
    GODEBUG=gotypesalias=0 GOPATH="$work" GO111MODULE=off GOFLAGS='' "$work/openapi-gen" --go-header-file /dev/null \
      --output-base "$work/out" --output-file-base zz_generated.openapi --output-package $package \
      --report-filename "$work/report" --input-dirs "$(IFS=,; echo "${packages[*]}")"
  )
  cp "$work/out/$package/zz_generated.openapi.go" kubernetes/pkg/generated/openapi/
  rm -rf "$work"
}
