package orchestrator

import (
	"encoding/json"
	"fmt"

	"example.invalid/trident-stand-in/internal/store"
)

// Backend is a storage backend as the REST API shows it, without the credentials that its stored form holds.
type Backend struct {
	Name    string         `json:"name"`
	Config  map[string]any `json:"config"`
	Storage map[string]any `json:"storage"`
	State   string         `json:"state"`
	Online  bool           `json:"online"`
	Volumes []string       `json:"volumes"`
	pools   []pool
}

// Volume is a volume, stored and shown in the same form. Config keeps every stored field, known here or not.
type Volume struct {
	Config   json.RawMessage `json:"Config"`
	Backend  string          `json:"backend"`
	Pool     string          `json:"pool"`
	Orphaned bool            `json:"orphaned"`
	about    volumeConfig
}

type volumeConfig struct {
	Name         string `json:"name"`
	InternalName string `json:"internalName"`
	Size         string `json:"size"`
	StorageClass string `json:"storageClass"`
}

// StorageClass is a storage class with the pools that satisfy it, by backend.
type StorageClass struct {
	Config  json.RawMessage     `json:"Config"`
	Storage map[string][]string `json:"storage"`
	about   storageClassConfig
}

type storageClassConfig struct {
	Name       string         `json:"name"`
	Attributes map[string]any `json:"attributes"`
}

type transaction struct {
	Config volumeConfig
	Op     string
}

func parseBackend(entry store.Entry) (*Backend, error) {
	var stored struct {
		Name   string
		Online bool
		State  string
		Config map[string]map[string]any
	}
	if err := parse(entry, &stored); err != nil {
		return nil, err
	}
	backend := &Backend{Name: stored.Name, State: stored.State, Online: stored.Online, Volumes: []string{}}
	for _, config := range stored.Config {
		if config != nil {
			backend.pools = poolsOf(config)
			backend.Config = withoutCredentials(config)
		}
	}
	backend.Storage = map[string]any{}
	for _, pool := range backend.pools {
		backend.Storage[pool.name] = map[string]any{"name": pool.name, "storageAttributes": pool.offers}
	}
	return backend, nil
}

func parseVolume(entry store.Entry) (*Volume, error) {
	var volume Volume
	if err := parse(entry, &volume); err != nil {
		return nil, err
	}
	return &volume, parse(store.Entry{Key: entry.Key, Value: volume.Config}, &volume.about)
}

func parseStorageClass(entry store.Entry) (*StorageClass, error) {
	var class StorageClass
	if err := parse(entry, &class); err != nil {
		return nil, err
	}
	class.Storage = map[string][]string{}
	return &class, parse(store.Entry{Key: entry.Key, Value: class.Config}, &class.about)
}

// parse names the key when the value cannot be read, and nothing of the value: the decoder's own message may quote it.
func parse(entry store.Entry, into any) error {
	if err := json.Unmarshal(entry.Value, into); err != nil {
		return fmt.Errorf("the value of key %s is not what Trident stores there (%d bytes)", entry.Key, len(entry.Value))
	}
	return nil
}

// withoutCredentials leaves out what Trident's own API leaves out or redacts.
func withoutCredentials(config map[string]any) map[string]any {
	shown := map[string]any{}
	for name, value := range config {
		switch name {
		case "username", "password", "EndPoint", "chapInitiatorSecret", "chapTargetInitiatorSecret":
		default:
			shown[name] = value
		}
	}
	return shown
}
