package orchestrator

import (
	"context"
	"fmt"
	"slices"

	"example.invalid/trident-stand-in/internal/logline"
)

// rollBackTransactions finishes what a Trident before this one left half done: an open addVolume or deleteVolume ends
// with the volume gone.
func (o *Orchestrator) rollBackTransactions(ctx context.Context) error {
	entries, err := o.store.List(ctx, transactionPrefix)
	if err != nil {
		o.logger.Warn("Couldn't retrieve volume transaction logs: "+err.Error(), nil)
		return nil
	}
	for _, entry := range entries {
		var open transaction
		if err := parse(entry, &open); err != nil {
			return err
		}
		o.logger.Info("Processed volume transaction log.", logline.Fields{
			"volume": open.Config.Name, "size": open.Config.Size, "storageClass": open.Config.StorageClass, "op": open.Op,
		})
		if open.Op != "addVolume" && open.Op != "deleteVolume" {
			o.logger.Warn("The stand-in leaves this kind of transaction open.", logline.Fields{"op": open.Op})
			continue
		}
		if err := o.removeVolume(ctx, open.Config.Name); err != nil {
			return fmt.Errorf("unable to clean up volume %s: %w", open.Config.Name, err)
		}
		if err := o.store.Delete(ctx, entry.Key); err != nil {
			return fmt.Errorf("failed to clean up volume transaction: %w", err)
		}
	}
	return nil
}

func (o *Orchestrator) removeVolume(ctx context.Context, name string) error {
	volume, found := o.volumes[name]
	if !found {
		return nil
	}
	if err := o.store.Delete(ctx, volumePrefix+name); err != nil {
		return err
	}
	delete(o.volumes, name)
	if backend, found := o.backends[volume.Backend]; found {
		backend.Volumes = slices.DeleteFunc(backend.Volumes, func(other string) bool { return other == name })
	}
	return nil
}
