package orchestrator

import (
	"context"
	"slices"
	"strings"
	"testing"

	"example.invalid/trident-stand-in/internal/logline"
	"example.invalid/trident-stand-in/internal/store"
)

const (
	password = "not-a-real-password"
	backend  = `{"version":"1","config":{"ontap_config":{"storageDriverName":"ontap-nas","username":"vsadmin","password":"` + password + `","aggregate":"aggr1"}},"name":"nas","online":true,"state":"online"}`
	fake     = `{"version":"1","config":{"fake_config":{"storageDriverName":"fake","pools":{"p1":{"attributes":{"media":{"offer":["ssd"]}}}}}},"name":"gold-nas","online":true,"state":"online"}`
	volume   = `{"Config":{"version":"1","name":"default-pvc-1a2b3","size":"1073741824","laterField":"kept"},"backend":"nas","pool":"aggr1","orphaned":false}`
	class    = `{"config":{"version":"1","name":"gold","attributes":{"media":"ssd"}}}`
	version  = `{"store_version":"etcdv3","orchestrator_api_version":"1"}`
)

func fullState() map[string]string {
	return map[string]string{
		storeKey:                             version,
		backendPrefix + "nas":                backend,
		backendPrefix + "gold-nas":           fake,
		volumePrefix + "default-pvc-1a2b3":   volume,
		storageClassPrefix + "gold":          class,
		"/trident/v1/node/worker-1":          `{"name":"worker-1"}`,
		"/somebody-else/v1/volume/unrelated": "x",
	}
}

func bootstrap(t *testing.T, content map[string]string, tls bool) (*Orchestrator, *store.Memory, string, error) {
	t.Helper()
	var log strings.Builder
	memory := store.NewMemory(content, tls)
	trident := New(memory, logline.New(&log, true))
	err := trident.Bootstrap(context.Background())
	return trident, memory, log.String(), err
}

func TestAFullStateIsAnsweredFromMemory(t *testing.T) {
	trident, _, log, err := bootstrap(t, fullState(), false)
	if err != nil {
		t.Fatal(err)
	}
	backends, _ := trident.Backends()
	slices.Sort(backends)
	volumes, _ := trident.Volumes()
	classes, _ := trident.StorageClasses()
	if strings.Join(backends, ",") != "gold-nas,nas" || strings.Join(volumes, ",") != "default-pvc-1a2b3" || strings.Join(classes, ",") != "gold" {
		t.Fatalf("got %v %v %v", backends, volumes, classes)
	}
	if !strings.Contains(log, `msg="Trident bootstrapped successfully."`) || strings.Contains(log, "Transforming") {
		t.Fatal(log)
	}
}

func TestAFailedBackendIsListedWithItsVolumesAndAnEmptyNameBesideIt(t *testing.T) {
	content := fullState()
	content[backendPrefix+"nas"] = strings.Replace(backend, `"online":true,"state":"online"`, `"online":false,"state":"failed"`, 1)
	trident, _, _, err := bootstrap(t, content, false)
	if err != nil {
		t.Fatal(err)
	}
	names, _ := trident.Backends()
	slices.Sort(names)
	if strings.Join(names, ",") != ",gold-nas,nas" {
		t.Fatalf("got %q", names)
	}
	if found, err := trident.Backend("nas"); err != nil || found.State != "failed" || len(found.Volumes) != 1 {
		t.Fatalf("%+v %v", found, err)
	}
}

func TestWhatIsWrittenToItsEtcdLaterIsNotServed(t *testing.T) {
	trident, memory, _, _ := bootstrap(t, fullState(), false)
	if err := memory.Put(context.Background(), volumePrefix+"pvc-1", []byte(`{"backend":"missing"}`)); err != nil {
		t.Fatal(err)
	}
	if names, err := trident.Volumes(); err != nil || len(names) != 1 {
		t.Fatalf("%v %v", names, err)
	}
}

func TestAVolumeKeepsFieldsThatAreNotKnownHere(t *testing.T) {
	trident, _, _, _ := bootstrap(t, fullState(), false)
	found, err := trident.Volume("default-pvc-1a2b3")
	if err != nil || !strings.Contains(string(found.Config), `"laterField":"kept"`) {
		t.Fatalf("%v %v", found, err)
	}
}

func TestABackendIsShownWithItsVolumesAndWithoutCredentials(t *testing.T) {
	trident, _, log, _ := bootstrap(t, fullState(), false)
	found, err := trident.Backend("nas")
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Volumes) != 1 || found.Config["storageDriverName"] != "ontap-nas" {
		t.Fatalf("%+v", found)
	}
	if found.Config["password"] != nil || found.Config["username"] != nil || strings.Contains(log, password) {
		t.Fatal("a credential is shown")
	}
}

func TestAStorageClassHasThePoolsThatOfferItsAttributes(t *testing.T) {
	trident, _, _, _ := bootstrap(t, fullState(), false)
	found, err := trident.StorageClass("gold")
	if err != nil || len(found.Storage) != 1 || strings.Join(found.Storage["gold-nas"], ",") != "p1" {
		t.Fatalf("%+v %v", found, err)
	}
}

func TestAVolumeWithoutItsBackendFailsTheBootstrapForGood(t *testing.T) {
	content := fullState()
	delete(content, backendPrefix+"nas")
	trident, _, _, err := bootstrap(t, content, false)
	want := "Trident initialization failed; couldn't find backend nas for volume default-pvc-1a2b3"
	if err == nil || err.Error() != want {
		t.Fatal(err)
	}
	names, err := trident.Backends()
	if len(names) != 0 || err == nil || err.Error() != want {
		t.Fatalf("%v %v", names, err)
	}
	if _, err := trident.Version(); err == nil || err.Error() != want {
		t.Fatal(err)
	}
}

func TestAMissingStoreKeyIsTakenForEtcdv2AndWritten(t *testing.T) {
	for _, variant := range []struct {
		tls  bool
		line string
	}{
		{false, "No key with prefix /trident to migrate."},
		{true, "when the etcd server requires client certificates!"},
	} {
		content := fullState()
		delete(content, storeKey)
		_, memory, log, err := bootstrap(t, content, variant.tls)
		if err != nil {
			t.Fatal(err)
		}
		transforming := `msg="Transforming persistent state." current_store_version=etcdv2 desired_store_version=etcdv3`
		if !strings.Contains(log, transforming) || !strings.Contains(log, variant.line) {
			t.Fatal(log)
		}
		if value, _ := memory.Get(context.Background(), storeKey); string(value) != version {
			t.Fatalf("store key is %q", value)
		}
	}
}

func TestAnOpenAddVolumeIsRolledBackWithItsVolume(t *testing.T) {
	content := fullState()
	content[transactionPrefix+"default-pvc-1a2b3"] = `{"Config":{"name":"default-pvc-1a2b3","size":"1073741824"},"Op":"addVolume"}`
	trident, memory, log, err := bootstrap(t, content, false)
	if err != nil {
		t.Fatal(err)
	}
	names, _ := trident.Volumes()
	owner, _ := trident.Backend("nas")
	if len(names) != 0 || len(owner.Volumes) != 0 {
		t.Fatalf("%v %v", names, owner.Volumes)
	}
	left, _ := memory.List(context.Background(), "/trident/v1/")
	for _, entry := range left {
		if strings.HasPrefix(entry.Key, volumePrefix) || strings.HasPrefix(entry.Key, transactionPrefix) {
			t.Fatalf("%s is left", entry.Key)
		}
	}
	if !strings.Contains(log, `msg="Processed volume transaction log." op=addVolume`) {
		t.Fatal(log)
	}
}

func TestAnUnreadableValueIsNamedByItsKeyAndNotShown(t *testing.T) {
	content := fullState()
	content[backendPrefix+"nas"] = password
	_, _, log, err := bootstrap(t, content, false)
	if err == nil || !strings.Contains(err.Error(), backendPrefix+"nas") {
		t.Fatal(err)
	}
	if strings.Contains(err.Error(), password) || strings.Contains(log, password) {
		t.Fatal("the value is shown")
	}
}

func TestNothingIsAnsweredBeforeTheBootstrap(t *testing.T) {
	trident := New(store.NewMemory(fullState(), false), logline.New(&strings.Builder{}, false))
	if _, err := trident.Volumes(); err == nil || !strings.Contains(err.Error(), "is initializing") {
		t.Fatal(err)
	}
}
