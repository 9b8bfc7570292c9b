//go:build tools

// Package programs names what is built of another etcd than the machine has: its server, and what restores its snapshots.
package programs

import (
	_ "go.etcd.io/etcd/etcdutl/v3"
	_ "go.etcd.io/etcd/server/v3"
)
