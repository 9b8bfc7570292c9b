// Package notice holds what the stand-in says about itself, wherever it is asked.
package notice

// Text is the first thing that each program says.
const Text = "This is the trident-etcd sandbox's stand-in for NetApp Trident, not NetApp's software: it keeps Trident's state and answers, and provisions no storage."

// Version is the Trident whose behaviour is imitated, marked as an imitation.
const Version = "19.04.0+sandbox-stand-in"

// APIVersion is the orchestrator's API version, which Trident also keeps in etcd.
const APIVersion = "1"

// QualifiedEtcd is the etcd version that Trident 19.04 ships with and warns about the absence of.
const QualifiedEtcd = "3.3.12"
