/** A backend as Trident stores it; its configuration lies under the name of the kind of its storage. */
export interface StoredBackend {
  readonly version: "1";
  readonly config: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly name: string;
  readonly online: boolean;
  /** `failed` for one whose storage did not answer: its volumes are listed all the same. */
  readonly state: "online" | "failed";
}

/**
 * Two file backends of ONTAP, one of them failed, one block backend of SolidFire and one of the `fake` driver, in this order. As in a real
 * Trident, storage passwords stand in them in plain text: SolidFire's in its URL.
 */
export function storedBackends(password: string): StoredBackend[] {
  return [
    ontapBackend("ontapnas_192.0.2.10", "192.0.2.10", "svm_production", password),
    failed(ontapBackend("ontapnas_192.0.2.12", "192.0.2.12", "svm_archive", password)),
    solidfireBackend(password),
    fakeBackend(),
  ];
}

function ontapBackend(name: string, address: string, svm: string, password: string): StoredBackend {
  return stored(name, "ontap_config", {
    ...commonConfig("ontap-nas"),
    storagePrefix: "trident_",
    managementLIF: address,
    dataLIF: address,
    igroupName: "",
    svm,
    username: "vsadmin",
    password,
    aggregate: "aggr1",
    usageHeartbeat: "",
    nfsMountOptions: "",
    limitAggregateUsage: "",
    defaults: {
      spaceReserve: "none",
      snapshotPolicy: "none",
      unixPermissions: "---rwxrwxrwx",
      snapshotDir: "false",
      exportPolicy: "default",
      securityStyle: "unix",
      splitOnClone: "false",
      fileSystemType: "ext4",
      encryption: "false",
      size: "1G",
    },
  });
}

function solidfireBackend(password: string): StoredBackend {
  return stored("solidfire_192.0.2.20", "solidfire_config", {
    ...commonConfig("solidfire-san"),
    storagePrefix: "",
    TenantName: "trident",
    EndPoint: `https://admin:${password}@192.0.2.20/json-rpc/8.0`,
    SVIP: "192.0.2.21:3260",
    InitiatorIFace: "default",
    Types: [
      { Type: "Silver", Qos: { minIOPS: 1000, maxIOPS: 2000, burstIOPS: 4000 } },
      { Type: "Gold", Qos: { minIOPS: 6000, maxIOPS: 8000, burstIOPS: 10000 } },
    ],
    AccessGroups: null,
    UseCHAP: true,
    DefaultBlockSize: 512,
    defaults: { size: "1G" },
  });
}

function fakeBackend(): StoredBackend {
  return stored("nas-gold", "fake_config", {
    ...commonConfig("fake"),
    backendName: "nas-gold",
    storagePrefix: {},
    serialNumbers: null,
    protocol: "file",
    pools: {
      aggr1: {
        attributes: { backendType: { offer: ["fake"] }, media: { offer: ["ssd"] }, region: { offer: [""] } },
        sizeBytes: 107374182400,
      },
    },
    volumes: null,
    instanceName: "nas-gold",
    labels: null,
    region: "",
    zone: "",
    defaults: { size: "1G" },
    storage: null,
  });
}

function commonConfig(storageDriverName: string): Record<string, unknown> {
  return {
    version: 1,
    storageDriverName,
    backendName: "",
    debug: false,
    debugTraceFlags: null,
    disableDelete: false,
    limitVolumeSize: "",
  };
}

function failed(backend: StoredBackend): StoredBackend {
  return { ...backend, online: false, state: "failed" };
}

function stored(name: string, kind: string, config: Record<string, unknown>): StoredBackend {
  return { version: "1", config: { [kind]: config }, name, online: true, state: "online" };
}
