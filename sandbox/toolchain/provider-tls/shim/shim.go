// Package shim gives away HashiCorp's provider, which lies in an internal package: Go lets a package see it whose
// import path begins as the provider's does.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	internal "github.com/hashicorp/terraform-provider-tls/internal/provider"
)

// NewProvider returns HashiCorp's TLS provider.
func NewProvider() provider.Provider { return internal.New() }
