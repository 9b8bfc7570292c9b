package store

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

const (
	callTimeout = 10 * time.Second
	pageSize    = 1000
)

// Etcd keeps the state in an etcd of API version 3.
type Etcd struct {
	client *clientv3.Client
	tls    bool
}

// ConnectEtcd waits until etcd answers, at most patience, and returns its version with the store. With a nil config
// there is no client certificate, whatever the scheme of the endpoint.
func ConnectEtcd(ctx context.Context, endpoint string, config *tls.Config, patience time.Duration) (*Etcd, string, error) {
	client, err := clientv3.New(clientv3.Config{
		Endpoints: []string{endpoint},
		TLS:       config,
		Logger:    zap.NewNop(),
		DialOptions: []grpc.DialOption{grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.5, MaxDelay: time.Second},
			MinConnectTimeout: 5 * time.Second,
		})},
	})
	if err != nil {
		return nil, "", err
	}
	version, err := waitForVersion(ctx, client, endpoint, patience)
	if err != nil {
		_ = client.Close()
		return nil, "", fmt.Errorf("etcd at %s did not answer within %s: %w", endpoint, patience, reasonOf(endpoint, config, err))
	}
	return &Etcd{client: client, tls: config != nil}, version, nil
}

func waitForVersion(ctx context.Context, client *clientv3.Client, endpoint string, patience time.Duration) (string, error) {
	deadline := time.Now().Add(patience)
	for {
		attempt, cancel := context.WithTimeout(ctx, time.Second)
		status, err := client.Status(attempt, endpoint)
		cancel()
		if err == nil {
			return status.Version, nil
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return "", err
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func (e *Etcd) Get(ctx context.Context, key string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	response, err := e.client.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("reading key %s failed: %w", key, err)
	}
	if len(response.Kvs) == 0 {
		return nil, nil
	}
	return response.Kvs[0].Value, nil
}

// List reads page by page at the revision of the first page, so that the pages belong together.
func (e *Etcd) List(ctx context.Context, prefix string) ([]Entry, error) {
	var entries []Entry
	from, end, revision := prefix, clientv3.GetPrefixRangeEnd(prefix), int64(0)
	for {
		response, err := e.page(ctx, from, end, revision)
		if err != nil {
			return nil, fmt.Errorf("reading keys under %s failed: %w", prefix, err)
		}
		for _, pair := range response.Kvs {
			entries = append(entries, Entry{Key: string(pair.Key), Value: pair.Value})
		}
		if !response.More {
			return entries, nil
		}
		from, revision = entries[len(entries)-1].Key+"\x00", response.Header.Revision
	}
}

func (e *Etcd) page(ctx context.Context, from, end string, revision int64) (*clientv3.GetResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	options := []clientv3.OpOption{clientv3.WithRange(end), clientv3.WithLimit(pageSize)}
	if revision != 0 {
		options = append(options, clientv3.WithRev(revision))
	}
	return e.client.Get(ctx, from, options...)
}

func (e *Etcd) Put(ctx context.Context, key string, value []byte) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if _, err := e.client.Put(ctx, key, string(value)); err != nil {
		return fmt.Errorf("writing key %s failed: %w", key, err)
	}
	return nil
}

func (e *Etcd) Delete(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if _, err := e.client.Delete(ctx, key); err != nil {
		return fmt.Errorf("deleting key %s failed: %w", key, err)
	}
	return nil
}

func (e *Etcd) UsesTLS() bool { return e.tls }

// Close ends the connection.
func (e *Etcd) Close() error { return e.client.Close() }
