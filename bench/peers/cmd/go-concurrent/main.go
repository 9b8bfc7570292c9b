// Command go-concurrent is the practical limit that the benchmark compares with: pages of up to 4,000 keys at a pinned
// revision, fetched ahead, and guarded transactions of up to 128 operations, 8 of them in flight. It verifies nothing,
// retries nothing and cannot resume.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"example.invalid/copy-peers/internal/paging"
	"example.invalid/copy-peers/internal/peer"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	transactionOps   = 128
	transactionBytes = 1 << 20
	inFlight         = 8
)

func main() {
	peer.Main(copyConcurrently)
}

func copyConcurrently(ctx context.Context, source, destination *clientv3.Client, prefix string) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	batches := make(chan []*mvccpb.KeyValue)
	var writers sync.WaitGroup
	for range inFlight {
		writers.Go(func() {
			for batch := range batches {
				if err := create(ctx, destination, batch); err != nil {
					stop(err)
					return
				}
			}
		})
	}
	err := sendBatches(ctx, paging.Read(ctx, source, prefix, clientv3.GetPrefixRangeEnd(prefix)), batches)
	close(batches)
	writers.Wait()
	return errors.Join(context.Cause(ctx), err)
}

func sendBatches(ctx context.Context, pages <-chan paging.Page, batches chan<- []*mvccpb.KeyValue) error {
	for page := range pages {
		if page.Err != nil {
			return fmt.Errorf("reading the source failed: %w", page.Err)
		}
		for rest := page.Entries; len(rest) > 0; {
			size := batchSize(rest)
			select {
			case batches <- rest[:size]:
			case <-ctx.Done():
				return ctx.Err()
			}
			rest = rest[size:]
		}
	}
	return nil
}

func batchSize(entries []*mvccpb.KeyValue) int {
	bytes := 0
	for index, entry := range entries {
		bytes += len(entry.Key) + len(entry.Value)
		if index > 0 && (index == transactionOps || bytes > transactionBytes) {
			return index
		}
	}
	return len(entries)
}

func create(ctx context.Context, destination *clientv3.Client, batch []*mvccpb.KeyValue) error {
	guards := make([]clientv3.Cmp, len(batch))
	puts := make([]clientv3.Op, len(batch))
	for index, entry := range batch {
		key := string(entry.Key)
		guards[index] = clientv3.Compare(clientv3.CreateRevision(key), "=", 0)
		puts[index] = clientv3.OpPut(key, string(entry.Value))
	}
	outcome, err := destination.Txn(ctx).If(guards...).Then(puts...).Commit()
	if err != nil {
		return fmt.Errorf("writing to the destination failed: %w", err)
	}
	if !outcome.Succeeded {
		return fmt.Errorf("one of the %d keys from %q on exists in the destination", len(batch), batch[0].Key)
	}
	return nil
}
