package main

import (
	"io"
	"strings"
	"testing"

	"example.invalid/trident-stand-in/internal/logline"
	"example.invalid/trident-stand-in/internal/notice"
)

func TestTheDefaultsAreTridents(t *testing.T) {
	s, err := parseSettings([]string{"-etcd_v3", "https://trident-etcd-client:2379", "-k8s_pod"}, io.Discard)
	if err != nil || s.check() != nil {
		t.Fatal(err, s.check())
	}
	files := s.certificates
	if files.Certificate != "/root/certs/etcd-client.crt" || files.CertificateAuthority != "/root/certs/etcd-client-ca.crt" || files.Key != "/root/certs/etcd-client.key" {
		t.Fatalf("%+v", files)
	}
	if s.address != "127.0.0.1" || s.port != "8000" || s.etcdV3 != "https://trident-etcd-client:2379" {
		t.Fatalf("%+v", s)
	}
}

func TestExactlyOneStoreAndAFrontendAreNeeded(t *testing.T) {
	for _, line := range []string{"-k8s_pod", "-etcd_v3 http://x:1", "-k8s_pod -etcd_v3 http://x:1 -no_persistence", "-k8s_pod -etcd_v2 http://x:1"} {
		s, err := parseSettings(strings.Fields(line), io.Discard)
		if err != nil || s.check() == nil {
			t.Errorf("%s is accepted (%v)", line, err)
		}
	}
}

func TestTheHelpSaysThatThisIsAStandIn(t *testing.T) {
	var help strings.Builder
	if _, err := parseSettings([]string{"-help"}, &help); err == nil || !strings.HasPrefix(help.String(), notice.Text) {
		t.Fatal(help.String())
	}
}

func TestAMissingCertificateFileMeansNoTLSAndOnlyAWarning(t *testing.T) {
	for endpoint, warns := range map[string]bool{"https://trident-etcd-client:2379": true, "http://127.0.0.1:8001": false} {
		s, _ := parseSettings([]string{"-k8s_pod", "-etcd_v3", endpoint, "-etcd_v3_cert", t.TempDir() + "/none.crt"}, io.Discard)
		var log strings.Builder
		config, err := tlsConfig(s, logline.New(&log, false))
		if err != nil || config != nil {
			t.Fatal(config, err)
		}
		if warned := strings.Contains(log.String(), "should be configured with TLS!"); warned != warns {
			t.Errorf("%s: %s", endpoint, log.String())
		}
	}
}
