# Run in a copy of this folder before it is built: puts the sources of Kubernetes 1.14 there, as they can be built today.
source ./kubernetes-sources.sh

# That release has no go.mod, so its module holds the directory of its staging repositories, too: modules are made of all. What
# they require is in this folder's go.mod.
copy_module k8s.io/kubernetes@v1.14.10 kubernetes cmd pkg plugin third_party staging LICENSE
for directory in kubernetes kubernetes/staging/src/k8s.io/*; do
  printf 'module k8s.io/%s\n\ngo 1.12\n' "$(basename "$directory")" > "$directory/go.mod"
done

# Without the cloud providers, for which 1.16 has a build tag, and the credentials of Rancher, whose module is not to be had.
clouds='awsebs|azure_dd|azure_file|cinder|gcepd|photon_pd|vsphere_volume'
sed -i -E \
  "/pkg\/credentialprovider\/(aws|azure|rancher)\"/d; /pkg\/cloudprovider\/providers\"/d; /pkg\/volume\/($clouds)\"/d; /\b($clouds)\.ProbeVolumePlugins\(/d" \
  kubernetes/cmd/kubelet/app/plugins.go kubernetes/cmd/kube-controller-manager/app/plugins.go
sed -i '/cloud-provider-gce-lb-src-cidrs/d; /pkg\/cloudprovider\/providers"/d' \
  kubernetes/cmd/kube-controller-manager/app/controllermanager.go kubernetes/cmd/kube-apiserver/app/options/globalflags.go
ipam=kubernetes/pkg/controller/nodeipam/ipam
rm $ipam/adapter.go $ipam/controller.go $ipam/cloud_cidr_allocator.go $ipam/*_test.go
cp without_cloud_providers.go.txt $ipam/without_cloud_providers.go

# A gonum of that time is not to be had; later ones lack an argument, which 1.15 dropped as well.
sed -i 's/dot.Marshal(\(.*\), false)/dot.Marshal(\1)/' kubernetes/pkg/controller/garbagecollector/dump.go

# cadvisor of 1.16 is the first that builds without cgo. In it, the container runtimes register themselves from packages of their own.
for runtime in containerd crio docker systemd; do
  sed -i "0,/^import (/s##import (\n\t_ \"github.com/google/cadvisor/container/$runtime/install\"#" \
    kubernetes/pkg/kubelet/cadvisor/cadvisor_linux.go
done
without_cgo
mend_validation v0.18.0
printf 'module github.com/go-openapi/validate\n\ngo 1.12\n' > validate/go.mod
generate_openapi
