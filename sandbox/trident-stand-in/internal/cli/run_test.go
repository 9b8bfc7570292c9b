package cli

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"example.invalid/trident-stand-in/internal/logline"
	"example.invalid/trident-stand-in/internal/notice"
	"example.invalid/trident-stand-in/internal/orchestrator"
	"example.invalid/trident-stand-in/internal/rest"
	"example.invalid/trident-stand-in/internal/store"
)

func serve(t *testing.T, volumes int, withBackend bool) string {
	t.Helper()
	content := map[string]string{"/trident/v1/storageclass/gold": `{"config":{"name":"gold"}}`}
	if withBackend {
		content["/trident/v1/backend/nas"] = `{"config":{"fake_config":{"storageDriverName":"fake"}},"name":"nas","online":true,"state":"online"}`
	}
	for number := range volumes {
		name := fmt.Sprintf("vol-%04d", number)
		content["/trident/v1/volume/"+name] = `{"Config":{"name":"` + name + `","size":"1073741824","storageClass":"gold","protocol":"file"},"backend":"nas","pool":"aggr1"}`
	}
	trident := orchestrator.New(store.NewMemory(content, false), logline.New(io.Discard, false))
	_ = trident.Bootstrap(context.Background())
	server := httptest.NewServer(rest.Handler(trident))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func run(t *testing.T, words ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := Run(words, &out)
	return out.String(), err
}

func TestTheTablesHaveTridentctlsColumns(t *testing.T) {
	server := serve(t, 1, true)
	for kind, want := range map[string]string{
		"backend": `+------+----------------+--------+---------+
| NAME | STORAGE DRIVER | STATE  | VOLUMES |
+------+----------------+--------+---------+
| nas  | fake           | online |       1 |
+------+----------------+--------+---------+
`,
		"volume": `+----------+---------+---------------+----------+---------+-------+
|   NAME   |  SIZE   | STORAGE CLASS | PROTOCOL | BACKEND | POOL  |
+----------+---------+---------------+----------+---------+-------+
| vol-0000 | 1.0 GiB | gold          | file     | nas     | aggr1 |
+----------+---------+---------------+----------+---------+-------+
`,
		"storageclass": `+------+
| NAME |
+------+
| gold |
+------+
`,
	} {
		got, err := run(t, "-s", server, "get", kind)
		if err != nil || got != want {
			t.Errorf("%s: %v\n%s", kind, err, got)
		}
	}
}

func TestAListOfThousandsIsCompleteAndInOrder(t *testing.T) {
	server := serve(t, 3000, true)
	got, err := run(t, "-s", server, "get", "volume", "-o", "name")
	names := strings.Fields(got)
	if err != nil || len(names) != 3000 || names[0] != "vol-0000" || names[2999] != "vol-2999" {
		t.Fatalf("%v, %d names", err, len(names))
	}
}

func TestNamedObjectsOnlyAreShown(t *testing.T) {
	server := serve(t, 3, true)
	got, err := run(t, "-s", server, "get", "volume", "vol-0001", "-o=json")
	if err != nil || !strings.Contains(got, `"name": "vol-0001"`) || strings.Contains(got, "vol-0002") {
		t.Fatalf("%v %s", err, got)
	}
}

func TestAFailedBootstrapIsTheCommandsError(t *testing.T) {
	server := serve(t, 1, false)
	_, err := run(t, "-s", server, "get", "backend")
	want := "could not get backends: Trident initialization failed; couldn't find backend nas for volume vol-0000 (500 Internal Server Error)"
	if err == nil || err.Error() != want {
		t.Fatal(err)
	}
}

func TestTheVersionSaysThatThisIsAStandIn(t *testing.T) {
	server := serve(t, 0, true)
	table, err := run(t, "-s", server, "version")
	if err != nil || !strings.HasPrefix(table, notice.Text) || !strings.Contains(table, notice.Version) {
		t.Fatalf("%v %s", err, table)
	}
	help, err := run(t, "help")
	if err != nil || !strings.HasPrefix(help, notice.Text) {
		t.Fatalf("%v %s", err, help)
	}
}

func TestWrongWordsAreNamed(t *testing.T) {
	for _, words := range []string{"-s x:1 get pool", "-s x:1 frob", "-s x:1 get volume -o yaml", "--frob get volume", "get volume -s"} {
		if _, err := run(t, strings.Fields(words)...); err == nil {
			t.Errorf("%s: no error", words)
		}
	}
}
