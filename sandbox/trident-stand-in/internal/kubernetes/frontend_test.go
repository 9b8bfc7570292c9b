package kubernetes

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"example.invalid/trident-stand-in/internal/logline"
)

// apiServer answers lists, ends each watch at once, and tells what it was asked.
func apiServer(t *testing.T, status func(path string) int) (*Frontend, <-chan string) {
	t.Helper()
	asked := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if request.Header.Get("Authorization") != "Bearer a token" {
			t.Errorf("the token of %s is %q", request.URL, request.Header.Get("Authorization"))
		}
		select {
		case asked <- request.URL.String():
		default:
		}
		response.WriteHeader(status(request.URL.Path))
		_, _ = io.WriteString(response, `{"metadata":{"resourceVersion":"42"}}`)
	}))
	t.Cleanup(server.Close)
	logger := logline.New(io.Discard, false)
	return &Frontend{server: server.URL, token: "a token", client: server.Client(), logger: logger, pause: time.Millisecond}, asked
}

func TestEachCollectionIsListedAndWatchedFromThere(t *testing.T) {
	frontend, asked := apiServer(t, func(string) int { return http.StatusOK })
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	go frontend.Run(ctx)
	missing := map[string]bool{}
	for _, collection := range collections {
		missing[collection] = true
		missing[collection+"?watch=true&resourceVersion=42"] = true
	}
	for len(missing) > 0 {
		select {
		case url := <-asked:
			delete(missing, url)
		case <-ctx.Done():
			t.Fatal("not asked for:", missing)
		}
	}
}

func TestARefusedListIsAskedForAgain(t *testing.T) {
	refusals := 3
	frontend, asked := apiServer(t, func(path string) int {
		if path == collections[0] && refusals > 0 {
			refusals--
			return http.StatusForbidden
		}
		return http.StatusOK
	})
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	go frontend.follow(ctx, collections[0])
	for {
		select {
		case url := <-asked:
			if url == collections[0]+"?watch=true&resourceVersion=42" {
				return
			}
		case <-ctx.Done():
			t.Fatal("the list that was refused was not asked for again")
		}
	}
}

func TestOutsideOfAPodThereIsNoFrontend(t *testing.T) {
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	if _, err := InPod(logline.New(io.Discard, false)); err != ErrNotInPod {
		t.Fatal(err)
	}
}
