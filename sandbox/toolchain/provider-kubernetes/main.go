// The Kubernetes provider of Pulumi, started with the schema that its own module carries. The module's own main embeds
// a file that only its release build generates; the two files embedded here are copied from the module when it is built.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var mapping []byte

func main() { provider.Serve("kubernetes", "4.25.0", schema, mapping) }
