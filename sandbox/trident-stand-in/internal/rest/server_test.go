package rest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.invalid/trident-stand-in/internal/logline"
	"example.invalid/trident-stand-in/internal/orchestrator"
	"example.invalid/trident-stand-in/internal/store"
)

var state = map[string]string{
	"/trident/v1/backend/nas":       `{"config":{"fake_config":{"storageDriverName":"fake"}},"name":"nas","online":true,"state":"online"}`,
	"/trident/v1/volume/vol-1":      `{"Config":{"name":"vol-1"},"backend":"nas","pool":"p","orphaned":false}`,
	"/trident/v1/storageclass/gold": `{"config":{"name":"gold"}}`,
}

func get(t *testing.T, content map[string]string, path string) (int, string) {
	t.Helper()
	trident := orchestrator.New(store.NewMemory(content, false), logline.New(io.Discard, false))
	_ = trident.Bootstrap(context.Background())
	recorder := httptest.NewRecorder()
	Handler(trident).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	return recorder.Code, strings.TrimSpace(recorder.Body.String())
}

func TestAnswersHaveTridentsForm(t *testing.T) {
	for path, want := range map[string]string{
		"/trident/v1/backend":           `{"backends":["nas"]}`,
		"/trident/v1/volume":            `{"volumes":["vol-1"]}`,
		"/trident/v1/storageclass":      `{"storageClasses":["gold"]}`,
		"/trident/v1/volume/vol-1":      `{"volume":{"Config":{"name":"vol-1"},"backend":"nas","pool":"p","orphaned":false}}`,
		"/trident/v1/storageclass/gold": `{"storageClass":{"Config":{"name":"gold"},"storage":{}}}`,
		"/trident/v1/version":           `{"version":"19.04.0+sandbox-stand-in"}`,
	} {
		if status, body := get(t, state, path); status != http.StatusOK || body != want {
			t.Errorf("%s: %d %s, want %s", path, status, body, want)
		}
	}
}

func TestAnUnknownNameIsNotFound(t *testing.T) {
	for _, kind := range []string{"backend", "volume", "storageclass"} {
		if status, body := get(t, state, "/trident/v1/"+kind+"/nobody"); status != http.StatusNotFound || !strings.Contains(body, "nobody was not found") {
			t.Errorf("%s: %d %s", kind, status, body)
		}
	}
}

func TestEverythingAnswers500WithTheReasonAfterAFailedBootstrap(t *testing.T) {
	orphan := map[string]string{"/trident/v1/volume/vol-1": state["/trident/v1/volume/vol-1"]}
	for _, path := range []string{"version", "backend", "backend/nas", "volume", "volume/vol-1", "storageclass", "storageclass/gold"} {
		status, body := get(t, orphan, "/trident/v1/"+path)
		if status != http.StatusInternalServerError || !strings.Contains(body, "couldn't find backend nas for volume vol-1") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestOnlyReadingIsServed(t *testing.T) {
	trident := orchestrator.New(store.NewMemory(nil, false), logline.New(io.Discard, false))
	recorder := httptest.NewRecorder()
	Handler(trident).ServeHTTP(recorder, httptest.NewRequest(http.MethodDelete, "/trident/v1/backend/nas", nil))
	if recorder.Code != http.StatusMethodNotAllowed {
		t.Fatal(recorder.Code)
	}
}
