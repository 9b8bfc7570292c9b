package store

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startEtcd runs a real etcd on a free port of the loopback, with TLS when certificates are given.
func startEtcd(t *testing.T, certificates *testCertificates) string {
	t.Helper()
	program, err := exec.LookPath("etcd")
	if err != nil {
		t.Skip("no etcd on this machine: install Debian's etcd-server")
	}
	scheme := "http"
	var security []string
	if certificates != nil {
		scheme = "https"
		security = []string{"--client-cert-auth", "--trusted-ca-file=" + certificates.authority,
			"--cert-file=" + certificates.certificate, "--key-file=" + certificates.key}
	}
	client, peer := scheme+"://"+freeAddress(t), "http://"+freeAddress(t)
	arguments := append([]string{"--data-dir=" + filepath.Join(t.TempDir(), "data"), "--name=test",
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=test=" + peer}, security...)
	command := exec.Command(program, arguments...)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	return client
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func connect(t *testing.T, endpoint string, config *tls.Config) *Etcd {
	t.Helper()
	etcd, version, err := ConnectEtcd(context.Background(), endpoint, config, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = etcd.Close() })
	if !strings.HasPrefix(version, "3.") {
		t.Fatalf("version %q", version)
	}
	return etcd
}

func TestKeysAreReadInPagesWrittenAndDeleted(t *testing.T) {
	etcd, ctx := connect(t, startEtcd(t, nil), nil), context.Background()
	for number := range pageSize + 1 {
		if err := etcd.Put(ctx, fmt.Sprintf("/trident/v1/volume/%05d", number), []byte("v")); err != nil {
			t.Fatal(err)
		}
	}
	if err := etcd.Put(ctx, "/trident/v2", []byte("outside")); err != nil {
		t.Fatal(err)
	}
	entries, err := etcd.List(ctx, "/trident/v1/volume/")
	if err != nil || len(entries) != pageSize+1 || entries[pageSize].Key != "/trident/v1/volume/01000" {
		t.Fatalf("%v, %d entries", err, len(entries))
	}
	if err := etcd.Delete(ctx, "/trident/v2"); err != nil {
		t.Fatal(err)
	}
	if value, err := etcd.Get(ctx, "/trident/v2"); value != nil || err != nil {
		t.Fatalf("%q %v", value, err)
	}
	if etcd.UsesTLS() {
		t.Fatal("says TLS")
	}
}

func TestTLSWorksWithTheThreeFilesAndNotWithoutThem(t *testing.T) {
	certificates := makeCertificates(t)
	endpoint := startEtcd(t, certificates)
	files := CertificateFiles{Certificate: certificates.certificate, CertificateAuthority: certificates.authority, Key: certificates.key}
	config, err := files.Load()
	if err != nil {
		t.Fatal(err)
	}
	etcd := connect(t, endpoint, config)
	if _, err := etcd.Get(context.Background(), "/trident/store"); err != nil || !etcd.UsesTLS() {
		t.Fatal(err)
	}
	if _, _, err := ConnectEtcd(context.Background(), endpoint, nil, 0); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Fatalf("without certificates: %v", err)
	}
}

func TestAMissingFileIsNamed(t *testing.T) {
	certificates := makeCertificates(t)
	files := CertificateFiles{Certificate: certificates.certificate, CertificateAuthority: certificates.authority, Key: certificates.key}
	if missing := files.Missing(); missing != "" {
		t.Fatalf("%s is not missing", missing)
	}
	if err := os.Remove(certificates.key); err != nil {
		t.Fatal(err)
	}
	if missing := files.Missing(); missing != certificates.key {
		t.Fatalf("got %q", missing)
	}
}

func TestAnEtcdThatDoesNotAnswerIsNamed(t *testing.T) {
	endpoint := "http://" + freeAddress(t)
	if _, _, err := ConnectEtcd(context.Background(), endpoint, nil, 0); err == nil || !strings.Contains(err.Error(), endpoint) {
		t.Fatal(err)
	}
}
