# Run in a copy of this folder before it is built: puts the sources of Kubernetes 1.16 there, as they can be built today.
source ./kubernetes-sources.sh
copy_module k8s.io/kubernetes@v1.16.15 kubernetes cmd pkg plugin third_party go.mod LICENSE
without_cgo
mend_validation v0.19.2
generate_openapi
