// Command fill seeds a source: keys /bench/0000000, /bench/0000001 and so on, with values that do not repeat and are the
// same in each run.
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"

	"example.invalid/copy-peers/internal/connect"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	mostOps   = 128
	mostBytes = 1 << 20
	inFlight  = 8
)

func main() {
	material := connect.RegisterFlags()
	to := flag.String("to", "", "host:port of the etcd to fill")
	keys := flag.Int("keys", 0, "how many keys")
	valueBytes := flag.Int("value-bytes", 0, "the length of each value")
	flag.Parse()
	client, err := material.Open(*to)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer client.Close()
	if err := fill(context.Background(), client, *keys, *valueBytes); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func fill(ctx context.Context, client *clientv3.Client, keys, valueBytes int) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	starts := make(chan int)
	size := max(1, min(mostOps, mostBytes/max(1, valueBytes)))
	var writers sync.WaitGroup
	for range inFlight {
		writers.Go(func() {
			for start := range starts {
				if ctx.Err() != nil {
					continue
				}
				if err := put(ctx, client, start, min(start+size, keys), valueBytes); err != nil {
					stop(err)
				}
			}
		})
	}
	for start := 0; start < keys; start += size {
		starts <- start
	}
	close(starts)
	writers.Wait()
	return context.Cause(ctx)
}

func put(ctx context.Context, client *clientv3.Client, start, end, valueBytes int) error {
	puts := make([]clientv3.Op, 0, end-start)
	for index := start; index < end; index++ {
		puts = append(puts, clientv3.OpPut(fmt.Sprintf("/bench/%07d", index), value(index, valueBytes)))
	}
	_, err := client.Txn(ctx).Then(puts...).Commit()
	return err
}

func value(index, length int) string {
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], uint64(index))
	bytes := make([]byte, length)
	_, _ = rand.NewChaCha8(seed).Read(bytes)
	return string(bytes)
}
