package store

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// CertificateFiles are the three files that make a TLS client of Trident.
type CertificateFiles struct {
	Certificate          string
	CertificateAuthority string
	Key                  string
}

// Missing names the first file that does not exist, or is empty when all three do. As in Trident, one missing file means
// a connection without TLS and no error.
func (f CertificateFiles) Missing() string {
	for _, name := range []string{f.Certificate, f.CertificateAuthority, f.Key} {
		if _, err := os.Stat(name); err != nil {
			return name
		}
	}
	return ""
}

// Load reads the files. The errors name files, never their content.
func (f CertificateFiles) Load() (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
	if err != nil {
		return nil, fmt.Errorf("loading TLS certificate failed: %s and %s: %w", f.Certificate, f.Key, err)
	}
	authority, err := os.ReadFile(f.CertificateAuthority)
	if err != nil {
		return nil, fmt.Errorf("reading CA certificate failed: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("parsing CA certificate failed: %s holds none", f.CertificateAuthority)
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}
