// Command tridentctl stands in for NetApp Trident's client in the sandbox.
package main

import (
	"fmt"
	"os"

	"example.invalid/trident-stand-in/internal/cli"
)

func main() {
	if err := cli.Run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "Error: %v\n", err)
		os.Exit(1)
	}
}
