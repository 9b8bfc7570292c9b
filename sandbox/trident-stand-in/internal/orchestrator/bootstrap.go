package orchestrator

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"

	"example.invalid/trident-stand-in/internal/logline"
	"example.invalid/trident-stand-in/internal/notice"
	"example.invalid/trident-stand-in/internal/store"
)

const (
	storeKey           = "/trident/store"
	backendPrefix      = "/trident/v1/backend/"
	volumePrefix       = "/trident/v1/volume/"
	storageClassPrefix = "/trident/v1/storageclass/"
	transactionPrefix  = "/trident/v1/txn/"
	nodePrefix         = "/trident/v1/node/"
)

type storeVersion struct {
	StoreVersion           string `json:"store_version"`
	OrchestratorAPIVersion string `json:"orchestrator_api_version"`
}

// Bootstrap reads the whole state. Its error is also what every call to the API answers from then on. It works without
// the lock: nobody reads the state before the bootstrap's end is recorded.
func (o *Orchestrator) Bootstrap(ctx context.Context) error {
	steps := []func(context.Context) error{
		o.transformState, o.readBackends, o.readStorageClasses, o.readVolumes, o.readNodes, o.rollBackTransactions,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return o.finishBootstrap(fmt.Errorf("Trident initialization failed; %w", err))
		}
	}
	return o.finishBootstrap(nil)
}

func (o *Orchestrator) finishBootstrap(err error) error {
	o.mutex.Lock()
	o.bootstrapError = err
	o.mutex.Unlock()
	if err != nil {
		o.logger.Error(err.Error(), nil)
		return err
	}
	o.logger.Info("Trident bootstrapped successfully.", nil)
	return nil
}

// transformState takes a store without its version key for one of the time of etcdv2, as Trident does, and writes the
// version key at every start.
func (o *Orchestrator) transformState(ctx context.Context) error {
	value, err := o.store.Get(ctx, storeKey)
	if err != nil {
		return fmt.Errorf("couldn't determine the orchestrator persistent state version: %w", err)
	}
	version := storeVersion{StoreVersion: "etcdv2", OrchestratorAPIVersion: notice.APIVersion}
	if value != nil {
		if err := parse(store.Entry{Key: storeKey, Value: value}, &version); err != nil {
			return fmt.Errorf("couldn't determine the orchestrator persistent state version: %w", err)
		}
	}
	if version.StoreVersion != "etcdv3" {
		o.logTransformation(version.StoreVersion)
	}
	encoded, err := json.Marshal(storeVersion{StoreVersion: "etcdv3", OrchestratorAPIVersion: notice.APIVersion})
	if err != nil {
		return err
	}
	if err := o.store.Put(ctx, storeKey, encoded); err != nil {
		return fmt.Errorf("failed to set the persistent state version after migration: %w", err)
	}
	return nil
}

// logTransformation only tells: the stand-in was never made for etcdv2, so there is nothing to transform.
func (o *Orchestrator) logTransformation(current string) {
	o.logger.Info("Transforming persistent state.", logline.Fields{"current_store_version": current, "desired_store_version": "etcdv3"})
	if o.store.UsesTLS() {
		o.logger.Info("No persistent state transformation happens between etcdv2 and etcdv3 when the etcd server requires client certificates!", nil)
		return
	}
	o.logger.Info("No key with prefix /trident to migrate.", nil)
}

func (o *Orchestrator) readBackends(ctx context.Context) error {
	entries, err := o.store.List(ctx, backendPrefix)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		backend, err := parseBackend(entry)
		if err != nil {
			return err
		}
		o.backends[backend.Name] = backend
		o.logger.Info("Added an existing backend.", logline.Fields{
			"backend": backend.Name, "online": backend.Online, "state": backend.State, "handler": "Bootstrap",
		})
	}
	return nil
}

func (o *Orchestrator) readStorageClasses(ctx context.Context) error {
	entries, err := o.store.List(ctx, storageClassPrefix)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		class, err := parseStorageClass(entry)
		if err != nil {
			return err
		}
		for _, backend := range o.backends {
			addPools(class, backend)
		}
		o.storageClasses[class.about.Name] = class
		o.logger.Info("Added an existing storage class.", logline.Fields{"storageClass": class.about.Name, "handler": "Bootstrap"})
	}
	return nil
}

func addPools(class *StorageClass, backend *Backend) {
	for _, pool := range backend.pools {
		if pool.satisfies(class.about.Attributes) {
			class.Storage[backend.Name] = append(class.Storage[backend.Name], pool.name)
		}
	}
}

func (o *Orchestrator) readVolumes(ctx context.Context) error {
	entries, err := o.store.List(ctx, volumePrefix)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		volume, err := parseVolume(entry)
		if err != nil {
			return err
		}
		backend, found := o.backends[volume.Backend]
		if !found {
			return fmt.Errorf("couldn't find backend %s for volume %s", volume.Backend, volume.about.Name)
		}
		backend.Volumes = append(backend.Volumes, volume.about.Name)
		o.volumes[volume.about.Name] = volume
		o.logger.Info("Added an existing volume.", logline.Fields{
			"volume": volume.about.Name, "internalName": volume.about.InternalName, "size": volume.about.Size,
			"backend": volume.Backend, "pool": volume.Pool, "orphaned": volume.Orphaned, "handler": "Bootstrap",
		})
	}
	for _, backend := range o.backends {
		sort.Strings(backend.Volumes)
	}
	return nil
}

func (o *Orchestrator) readNodes(ctx context.Context) error {
	entries, err := o.store.List(ctx, nodePrefix)
	if err != nil {
		return err
	}
	o.logger.Debug("Read the registered nodes.", logline.Fields{"nodes": len(entries), "handler": "Bootstrap"})
	return nil
}
