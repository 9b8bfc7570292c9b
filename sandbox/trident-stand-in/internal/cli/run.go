// Package cli is tridentctl: it asks Trident's REST API and prints what it answers.
package cli

import (
	"errors"
	"fmt"
	"io"

	"example.invalid/trident-stand-in/internal/notice"
)

const usage = notice.Text + `

Usage:
  tridentctl -s ADDRESS:PORT get backend|volume|storageclass [NAME...] [-o json|name|wide]
  tridentctl -s ADDRESS:PORT version [-o json|wide]
`

// Run executes one command line and writes its result to out.
func Run(list []string, out io.Writer) error {
	parsed, err := parseArguments(list)
	if err != nil {
		return err
	}
	if parsed.help || len(parsed.words) == 0 || parsed.words[0] == "help" {
		_, err := io.WriteString(out, usage)
		return err
	}
	if parsed.server == "" {
		return errors.New("the stand-in does not look for Trident's pod: give -s ADDRESS:PORT")
	}
	server := newClient(parsed.server)
	switch command := parsed.words[0]; command {
	case "version":
		return printVersion(server, parsed.output, out)
	case "get":
		return get(server, parsed, out)
	default:
		return fmt.Errorf("unknown command %q for \"tridentctl\"", command)
	}
}

func get(server *client, parsed arguments, out io.Writer) error {
	if len(parsed.words) < 2 {
		return errors.New("say what to get: backend, volume or storageclass")
	}
	names := parsed.words[2:]
	switch kind := parsed.words[1]; kind {
	case "backend", "backends", "b":
		return printObjects(server, backends, names, parsed.output, out)
	case "volume", "volumes", "v":
		return printObjects(server, volumes, names, parsed.output, out)
	case "storageclass", "storageclasses", "sc":
		return printObjects(server, storageClasses, names, parsed.output, out)
	default:
		return fmt.Errorf("unknown command %q for \"tridentctl get\"", kind)
	}
}
