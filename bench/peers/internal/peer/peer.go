// Package peer is the frame of a program that copies and is measured while it does.
package peer

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"example.invalid/copy-peers/internal/connect"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Copy is what a peer does between two connected etcds.
type Copy func(ctx context.Context, source, destination *clientv3.Client, prefix string) error

// Main parses the command line, copies, says "done" and stays until its input ends: the benchmark reads the peak of its
// memory from /proc meanwhile.
func Main(copy Copy) {
	if err := run(copy); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("done")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func run(copy Copy) error {
	material := connect.RegisterFlags()
	from := flag.String("from", "", "host:port of the source")
	to := flag.String("to", "", "host:port of the destination")
	prefix := flag.String("prefix", "", "what the keys to copy begin with")
	flag.Parse()
	if *prefix == "" {
		return errors.New("-prefix is missing")
	}
	source, err := material.Open(*from)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	defer source.Close()
	destination, err := material.Open(*to)
	if err != nil {
		return fmt.Errorf("destination: %w", err)
	}
	defer destination.Close()
	return copy(context.Background(), source, destination, *prefix)
}
