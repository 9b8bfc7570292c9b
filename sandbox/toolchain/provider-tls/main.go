// The TLS provider of Pulumi: HashiCorp's provider behind Pulumi's bridge, with the tokens that @pulumi/tls uses. The
// schema, which a release build would embed, is generated at start.
package main

import (
	"context"
	"fmt"
	"os"

	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/hashicorp/terraform-provider-tls/shim"
)

func main() {
	info := tfbridge.ProviderInfo{
		P:            pf.ShimProvider(shim.NewProvider()),
		Name:         "tls",
		Version:      "5.3.1",
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Resources: map[string]*tfbridge.ResourceInfo{
			"tls_cert_request":        resource("CertRequest", "certRequest"),
			"tls_locally_signed_cert": resource("LocallySignedCert", "locallySignedCert"),
			"tls_private_key":         resource("PrivateKey", "privateKey"),
			"tls_self_signed_cert":    resource("SelfSignedCert", "selfSignedCert"),
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"tls_public_key":  function("getPublicKey"),
			"tls_certificate": function("getCertificate"),
		},
		EnableZeroDefaultSchemaVersion: true,
		EnableAccurateBridgePreview:    true,
	}
	ctx := context.Background()
	generated, err := tfgen.GenerateSchema(ctx, tfgen.GenerateSchemaOptions{ProviderInfo: info})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	pf.Main(ctx, "tls", info, generated.ProviderMetadata)
}

func resource(name, module string) *tfbridge.ResourceInfo {
	return &tfbridge.ResourceInfo{Tok: tokens.Type("tls:index/" + module + ":" + name)}
}

func function(name string) *tfbridge.DataSourceInfo {
	return &tfbridge.DataSourceInfo{Tok: tokens.ModuleMember("tls:index/" + name + ":" + name)}
}
