package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"example.invalid/trident-stand-in/internal/notice"
	"example.invalid/trident-stand-in/internal/store"
)

// settings are Trident's flags, with its names and defaults. Those that only matter to what the stand-in does not do are
// accepted and ignored.
type settings struct {
	etcdV2        string
	etcdV3        string
	certificates  store.CertificateFiles
	noPersistence bool
	kubernetesPod bool
	kubernetesAPI string
	debug         bool
	address       string
	port          string
	showVersion   bool
}

func parseSettings(arguments []string, output io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("trident_orchestrator", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.StringVar(&s.etcdV2, "etcd_v2", "", "etcd server (v2 API); the stand-in keeps no state there")
	flags.StringVar(&s.etcdV3, "etcd_v3", "", "etcd server (v3 API) that keeps the state, such as http://127.0.0.1:8001")
	flags.StringVar(&s.certificates.Certificate, "etcd_v3_cert", "/root/certs/etcd-client.crt", "etcdV3 client certificate")
	flags.StringVar(&s.certificates.CertificateAuthority, "etcd_v3_cacert", "/root/certs/etcd-client-ca.crt", "etcdV3 client CA certificate")
	flags.StringVar(&s.certificates.Key, "etcd_v3_key", "/root/certs/etcd-client.key", "etcdV3 client private key")
	flags.BoolVar(&s.noPersistence, "no_persistence", false, "keep the state in memory only")
	flags.BoolVar(&s.kubernetesPod, "k8s_pod", false, "run in a pod of Kubernetes")
	flags.StringVar(&s.kubernetesAPI, "k8s_api_server", "", "Kubernetes API server's address; ignored")
	flags.String("k8s_config_path", "", "path to a kubeconfig; ignored")
	flags.BoolVar(&s.debug, "debug", false, "enable debugging output")
	flags.String("log_level", "info", "logging level; ignored, see -debug")
	flags.StringVar(&s.address, "address", "127.0.0.1", "REST API address")
	flags.StringVar(&s.port, "port", "8000", "REST API port")
	flags.Bool("rest", true, "enable the REST API; ignored")
	flags.BoolVar(&s.showVersion, "version", false, "print the version and what this program is")
	flags.Usage = func() {
		fmt.Fprintf(output, "%s\n\nUsage of trident_orchestrator:\n", notice.Text)
		flags.PrintDefaults()
	}
	return s, flags.Parse(arguments)
}

func (s settings) check() error {
	stores := 0
	for _, chosen := range []bool{s.etcdV2 != "", s.etcdV3 != "", s.noPersistence} {
		if chosen {
			stores++
		}
	}
	switch {
	case !s.kubernetesPod && s.kubernetesAPI == "" && !s.noPersistence:
		return errors.New("Insufficient arguments provided for Trident to start: give -k8s_pod or -k8s_api_server.")
	case stores != 1:
		return errors.New("Trident must be configured with exactly one persistence type: give -etcd_v3 (or -no_persistence).")
	case s.etcdV2 != "":
		return errors.New("The stand-in keeps no state in etcd's v2 API: give -etcd_v3.")
	default:
		return nil
	}
}
