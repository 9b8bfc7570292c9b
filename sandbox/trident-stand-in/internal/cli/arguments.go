package cli

import (
	"fmt"
	"strings"
)

// arguments are a command line with its flags, which may stand anywhere in it, taken out.
type arguments struct {
	server string
	output string
	help   bool
	words  []string
}

func parseArguments(list []string) (arguments, error) {
	var parsed arguments
	for index := 0; index < len(list); index++ {
		name, value, hasValue := strings.Cut(list[index], "=")
		switch name {
		case "-d", "--debug":
		case "-h", "--help":
			parsed.help = true
		case "-s", "--server", "-o", "--output", "-n", "--namespace":
			if !hasValue {
				index++
				if index == len(list) {
					return parsed, fmt.Errorf("flag needs an argument: %s", name)
				}
				value = list[index]
			}
			parsed.set(name, value)
		default:
			if strings.HasPrefix(name, "-") {
				return parsed, fmt.Errorf("unknown flag: %s", name)
			}
			parsed.words = append(parsed.words, list[index])
		}
	}
	switch parsed.output {
	case "", "json", "name", "wide":
		return parsed, nil
	default:
		return parsed, fmt.Errorf("unknown output format %q: use json, name or wide", parsed.output)
	}
}

func (a *arguments) set(flag, value string) {
	switch flag {
	case "-s", "--server":
		a.server = value
	case "-o", "--output":
		a.output = value
	}
}
