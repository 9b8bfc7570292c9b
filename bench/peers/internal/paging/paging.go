// Package paging reads a range of an etcd at one revision, a page at a time.
package paging

import (
	"context"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	firstPageKeys = 16
	mostPageKeys  = 4_000
	// Pages of large values have fewer keys: 4,000 of 1 MiB would be one answer of 4 GiB.
	pageBytes = 16 << 20
)

// Page is one answer; Err ends the pages.
type Page struct {
	Entries []*mvccpb.KeyValue
	Err     error
}

// Read sends the pages of [from, end) at the revision of the first one. One page is fetched ahead of the reader.
func Read(ctx context.Context, client *clientv3.Client, from, end string) <-chan Page {
	pages := make(chan Page)
	go func() {
		defer close(pages)
		if err := readInto(ctx, client, from, end, pages); err != nil {
			send(ctx, pages, Page{Err: err})
		}
	}()
	return pages
}

func readInto(ctx context.Context, client *clientv3.Client, from, end string, pages chan<- Page) error {
	revision, limit := int64(0), int64(firstPageKeys)
	for {
		options := []clientv3.OpOption{clientv3.WithRange(end), clientv3.WithLimit(limit), clientv3.WithRev(revision)}
		response, err := client.Get(ctx, from, options...)
		if err != nil {
			return err
		}
		if len(response.Kvs) > 0 && !send(ctx, pages, Page{Entries: response.Kvs}) {
			return ctx.Err()
		}
		if !response.More {
			return nil
		}
		from = string(response.Kvs[len(response.Kvs)-1].Key) + "\x00"
		limit = nextLimit(response.Kvs)
		if revision == 0 {
			revision = response.Header.Revision
		}
	}
}

func nextLimit(entries []*mvccpb.KeyValue) int64 {
	largest := 1
	for _, entry := range entries {
		largest = max(largest, len(entry.Key)+len(entry.Value))
	}
	return int64(max(1, min(mostPageKeys, pageBytes/largest)))
}

func send(ctx context.Context, pages chan<- Page, page Page) bool {
	select {
	case pages <- page:
		return true
	case <-ctx.Done():
		return false
	}
}
