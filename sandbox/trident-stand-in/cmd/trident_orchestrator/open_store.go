package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	"example.invalid/trident-stand-in/internal/logline"
	"example.invalid/trident-stand-in/internal/notice"
	"example.invalid/trident-stand-in/internal/store"
)

// etcdPatience is how long Trident waits at start for its etcd before it ends, for the kubelet to start it again.
const etcdPatience = 30 * time.Second

func openStore(ctx context.Context, s settings, logger *logline.Logger) (store.Store, error) {
	if s.noPersistence {
		logger.Debug("Trident is configured with an in-memory store client.", nil)
		return store.NewMemory(nil, false), nil
	}
	config, err := tlsConfig(s, logger)
	if err != nil {
		return nil, fmt.Errorf("Unable to create the etcd V3 client. %w", err)
	}
	etcd, version, err := store.ConnectEtcd(ctx, s.etcdV3, config, etcdPatience)
	if err != nil {
		return nil, fmt.Errorf("Unable to create the etcd V3 client. %w", err)
	}
	if version != notice.QualifiedEtcd {
		logger.Warn(fmt.Sprintf("Trident was qualified with etcd v%s. You appear to be using a different version.", notice.QualifiedEtcd),
			logline.Fields{"etcdVersion": version})
	}
	return etcd, nil
}

// tlsConfig is nil when a certificate file is missing. Trident only warns then, and not at all for an etcd in its own pod.
func tlsConfig(s settings, logger *logline.Logger) (*tls.Config, error) {
	missing := s.certificates.Missing()
	if missing == "" {
		logger.Debug("Trident is configured with an etcdv3 client with TLS.", nil)
		return s.certificates.Load()
	}
	logger.Debug("Trident is configured with an etcdv3 client without TLS.", logline.Fields{"missingFile": missing})
	if !strings.Contains(s.etcdV3, "127.0.0.1") {
		logger.Warn("Trident's etcdv3 client should be configured with TLS!", logline.Fields{"missingFile": missing})
	}
	return nil, nil
}
