// Package connect opens the etcds that a command line names, always over mTLS.
package connect

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// Material holds the paths of PEM files, one set for all etcds of a run.
type Material struct {
	authority, certificate, key *string
}

// RegisterFlags must be called before flag.Parse.
func RegisterFlags() Material {
	return Material{
		authority:   flag.String("cacert", "", "file of the CA that signed the servers' certificates"),
		certificate: flag.String("cert", "", "file of the client's certificate"),
		key:         flag.String("key", "", "file of the client's private key"),
	}
}

// Open dials with the defaults of the official client; address is host:port.
func (m Material) Open(address string) (*clientv3.Client, error) {
	config, err := m.config()
	if err != nil {
		return nil, err
	}
	return clientv3.New(clientv3.Config{
		Endpoints:   []string{"https://" + address},
		TLS:         config,
		DialTimeout: 10 * time.Second,
		Logger:      zap.NewNop(),
	})
}

func (m Material) config() (*tls.Config, error) {
	authority, err := os.ReadFile(*m.authority)
	if err != nil {
		return nil, fmt.Errorf("-cacert: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, errors.New("-cacert: the file holds no certificate")
	}
	pair, err := tls.LoadX509KeyPair(*m.certificate, *m.key)
	if err != nil {
		return nil, fmt.Errorf("-cert and -key: %w", err)
	}
	return &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}
