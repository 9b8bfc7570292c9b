// Package orchestrator holds Trident's state: read from the store at start, then answered from memory.
package orchestrator

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sort"
	"sync"

	"example.invalid/trident-stand-in/internal/logline"
	"example.invalid/trident-stand-in/internal/notice"
	"example.invalid/trident-stand-in/internal/store"
)

// failedState is that of a backend whose storage could not be reached at start; its volumes stay listed.
const failedState = "failed"

var errNotReady = errors.New("Trident is initializing, please try again later")

// Orchestrator answers with an error until it is bootstrapped, and for ever after a failed bootstrap.
type Orchestrator struct {
	store  store.Store
	logger *logline.Logger

	mutex          sync.RWMutex
	bootstrapError error
	backends       map[string]*Backend
	volumes        map[string]*Volume
	storageClasses map[string]*StorageClass
}

// New returns an orchestrator that has read nothing yet.
func New(from store.Store, logger *logline.Logger) *Orchestrator {
	return &Orchestrator{
		store:          from,
		logger:         logger,
		bootstrapError: errNotReady,
		backends:       map[string]*Backend{},
		volumes:        map[string]*Volume{},
		storageClasses: map[string]*StorageClass{},
	}
}

// NotFoundError says that the state holds no such object.
type NotFoundError struct{ Kind, Name string }

func (e NotFoundError) Error() string { return fmt.Sprintf("%s %s was not found", e.Kind, e.Name) }

// Version answers with the version also when bootstrap failed, as Trident does.
func (o *Orchestrator) Version() (string, error) {
	o.mutex.RLock()
	defer o.mutex.RUnlock()
	return notice.Version, o.bootstrapError
}

// Backends answers in no order, as Trident does, and with an empty name beside those that failed.
func (o *Orchestrator) Backends() ([]string, error) {
	o.mutex.RLock()
	defer o.mutex.RUnlock()
	names := []string{}
	if o.bootstrapError != nil {
		return names, o.bootstrapError
	}
	failed := false
	for name, backend := range o.backends {
		names = append(names, name)
		failed = failed || backend.State == failedState
	}
	if failed {
		names = append(names, "")
	}
	rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names, nil
}

func (o *Orchestrator) Volumes() ([]string, error)        { return list(o, o.volumes) }
func (o *Orchestrator) StorageClasses() ([]string, error) { return list(o, o.storageClasses) }

func (o *Orchestrator) Backend(name string) (*Backend, error) {
	return find(o, o.backends, "backend", name)
}

func (o *Orchestrator) Volume(name string) (*Volume, error) {
	return find(o, o.volumes, "volume", name)
}

func (o *Orchestrator) StorageClass(name string) (*StorageClass, error) {
	return find(o, o.storageClasses, "storage class", name)
}

func list[T any](o *Orchestrator, objects map[string]T) ([]string, error) {
	o.mutex.RLock()
	defer o.mutex.RUnlock()
	names := []string{}
	if o.bootstrapError != nil {
		return names, o.bootstrapError
	}
	for name := range objects {
		names = append(names, name)
	}
	sort.Strings(names)
	return names, nil
}

func find[T any](o *Orchestrator, objects map[string]*T, kind, name string) (*T, error) {
	o.mutex.RLock()
	defer o.mutex.RUnlock()
	if o.bootstrapError != nil {
		return nil, o.bootstrapError
	}
	object, found := objects[name]
	if !found {
		return nil, NotFoundError{Kind: kind, Name: name}
	}
	return object, nil
}
