// Command delay-proxy passes TCP connections on and holds each byte back for a while, in both directions: a longer way
// with the same bandwidth. It prints the port that it listens on and ends with its input.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

const (
	chunkBytes = 64 << 10
	// Chunks on their way in one direction: at 64 KiB each, more than a connection ever has.
	chunksUnderWay = 4_096
)

func main() {
	to := flag.String("to", "", "host:port that connections are passed on to")
	oneWay := flag.Duration("one-way", 0, "how long a byte is held back in each direction")
	flag.Parse()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go accept(listener, *to, *oneWay)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func accept(listener net.Listener, to string, oneWay time.Duration) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go pass(client, to, oneWay)
	}
}

func pass(client net.Conn, to string, oneWay time.Duration) {
	// The handshake of TCP takes a round trip as well.
	time.Sleep(2 * oneWay)
	server, err := net.Dial("tcp", to)
	if err != nil {
		_ = client.Close()
		return
	}
	go delay(client, server, oneWay)
	delay(server, client, oneWay)
}

type chunk struct {
	buffer *[chunkBytes]byte
	length int
	due    time.Time
}

var buffers = sync.Pool{New: func() any { return new([chunkBytes]byte) }}

// delay ends when one side has closed; the other is closed once it has got what was under way.
func delay(from, to net.Conn, oneWay time.Duration) {
	chunks := make(chan chunk, chunksUnderWay)
	go func() {
		defer close(chunks)
		for {
			buffer := buffers.Get().(*[chunkBytes]byte)
			length, err := from.Read(buffer[:])
			if length > 0 {
				chunks <- chunk{buffer: buffer, length: length, due: time.Now().Add(oneWay)}
			}
			if err != nil {
				return
			}
		}
	}()
	for next := range chunks {
		time.Sleep(time.Until(next.due))
		_, err := to.Write(next.buffer[:next.length])
		buffers.Put(next.buffer)
		if err != nil {
			_ = from.Close()
			// The reader must not block on a channel that nobody empties.
			for range chunks {
			}
			break
		}
	}
	_ = to.Close()
	_ = from.Close()
}
