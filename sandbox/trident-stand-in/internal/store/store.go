// Package store is the key-value store in which Trident keeps its state.
package store

import (
	"context"
	"sort"
	"strings"
	"sync"
)

// Entry is one key with its value. Values hold storage passwords: they are never logged.
type Entry struct {
	Key   string
	Value []byte
}

// Store is what the orchestrator needs of etcd.
type Store interface {
	// Get returns nil without an error when the key does not exist.
	Get(ctx context.Context, key string) ([]byte, error)
	// List returns the entries under a prefix, sorted by key.
	List(ctx context.Context, prefix string) ([]Entry, error)
	Put(ctx context.Context, key string, value []byte) error
	Delete(ctx context.Context, key string) error
	// UsesTLS tells whether the connection is made with a client certificate.
	UsesTLS() bool
}

// Memory is the store behind -no_persistence, and the tests' store.
type Memory struct {
	mutex  sync.Mutex
	values map[string][]byte
	tls    bool
}

// NewMemory returns a store with the given content.
func NewMemory(content map[string]string, tls bool) *Memory {
	memory := &Memory{values: map[string][]byte{}, tls: tls}
	for key, value := range content {
		memory.values[key] = []byte(value)
	}
	return memory
}

func (m *Memory) Get(_ context.Context, key string) ([]byte, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.values[key], nil
}

func (m *Memory) List(_ context.Context, prefix string) ([]Entry, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var entries []Entry
	for key, value := range m.values {
		if strings.HasPrefix(key, prefix) {
			entries = append(entries, Entry{Key: key, Value: value})
		}
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Key < entries[j].Key })
	return entries, nil
}

func (m *Memory) Put(_ context.Context, key string, value []byte) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.values[key] = value
	return nil
}

func (m *Memory) Delete(_ context.Context, key string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.values, key)
	return nil
}

func (m *Memory) UsesTLS() bool { return m.tls }
