// Command compare is the benchmark's judge, independent of every tool that it judges: it reads both etcds anew and
// compares each key and each byte. The destination must hold what the source holds under the prefix, and nothing else at
// all. It prints one JSON object and fails when the two differ.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"example.invalid/copy-peers/internal/connect"
	"example.invalid/copy-peers/internal/paging"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Comparison has the key at which the two part, when they do.
type Comparison struct {
	Keys       int    `json:"keys"`
	Bytes      int    `json:"bytes"`
	Difference string `json:"difference,omitempty"`
}

func main() {
	comparison, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := json.NewEncoder(os.Stdout).Encode(comparison); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if comparison.Difference != "" {
		os.Exit(1)
	}
}

func run() (Comparison, error) {
	material := connect.RegisterFlags()
	from := flag.String("from", "", "host:port of the source")
	to := flag.String("to", "", "host:port of the destination")
	prefix := flag.String("prefix", "", "what the keys to compare begin with")
	flag.Parse()
	source, err := material.Open(*from)
	if err != nil {
		return Comparison{}, fmt.Errorf("source: %w", err)
	}
	defer source.Close()
	destination, err := material.Open(*to)
	if err != nil {
		return Comparison{}, fmt.Errorf("destination: %w", err)
	}
	defer destination.Close()

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	left := cursor{pages: paging.Read(ctx, source, *prefix, clientv3.GetPrefixRangeEnd(*prefix))}
	// From the first possible key to the last: what lies outside the prefix is a difference too.
	right := cursor{pages: paging.Read(ctx, destination, "\x00", "\x00")}
	return compare(&left, &right)
}

func compare(left, right *cursor) (Comparison, error) {
	comparison := Comparison{}
	for {
		wanted, err := left.next()
		if err != nil {
			return comparison, fmt.Errorf("reading the source failed: %w", err)
		}
		found, err := right.next()
		if err != nil {
			return comparison, fmt.Errorf("reading the destination failed: %w", err)
		}
		if wanted == nil && found == nil {
			return comparison, nil
		}
		if comparison.Difference = difference(wanted, found); comparison.Difference != "" {
			return comparison, nil
		}
		comparison.Keys++
		comparison.Bytes += len(wanted.Key) + len(wanted.Value)
	}
}

func difference(wanted, found *mvccpb.KeyValue) string {
	switch {
	case found == nil:
		return fmt.Sprintf("the destination lacks %q", wanted.Key)
	case wanted == nil:
		return fmt.Sprintf("the destination has %q, the source not", found.Key)
	case !bytes.Equal(wanted.Key, found.Key):
		return fmt.Sprintf("the destination has %q where the source has %q", found.Key, wanted.Key)
	case !bytes.Equal(wanted.Value, found.Value):
		return fmt.Sprintf("the values of %q differ", wanted.Key)
	default:
		return ""
	}
}

type cursor struct {
	pages <-chan paging.Page
	rest  []*mvccpb.KeyValue
}

// next returns nil after the last entry.
func (c *cursor) next() (*mvccpb.KeyValue, error) {
	for len(c.rest) == 0 {
		page, open := <-c.pages
		if !open {
			return nil, nil
		}
		if page.Err != nil {
			return nil, page.Err
		}
		c.rest = page.Entries
	}
	entry := c.rest[0]
	c.rest = c.rest[1:]
	return entry, nil
}
