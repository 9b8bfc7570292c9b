// Command vendor-copy is a re-implementation, over the official Go client, of the algorithm of Trident's own etcd-copy:
// one unpaged list of the keys, then for each key, one at a time, a get at the latest revision and a put. It is not the
// vendor's program, and does no more checks than that one.
package main

import (
	"context"
	"fmt"

	"example.invalid/copy-peers/internal/peer"
	clientv3 "go.etcd.io/etcd/client/v3"
)

func main() {
	peer.Main(copyOneByOne)
}

func copyOneByOne(ctx context.Context, source, destination *clientv3.Client, prefix string) error {
	list, err := source.Get(ctx, prefix, clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return fmt.Errorf("listing the keys failed: %w", err)
	}
	for _, listed := range list.Kvs {
		key := string(listed.Key)
		found, err := source.Get(ctx, key)
		if err != nil {
			return fmt.Errorf("reading key %q failed: %w", key, err)
		}
		if len(found.Kvs) == 0 {
			return fmt.Errorf("key %q is gone", key)
		}
		if _, err := destination.Put(ctx, key, string(found.Kvs[0].Value)); err != nil {
			return fmt.Errorf("writing key %q failed: %w", key, err)
		}
	}
	return nil
}
