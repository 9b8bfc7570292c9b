// Package rest serves the part of Trident's REST API that reads.
package rest

import (
	"encoding/json"
	"errors"
	"net/http"

	"example.invalid/trident-stand-in/internal/orchestrator"
)

// Handler serves /trident/v1. After a failed bootstrap every answer is 500 with the reason, the version's too.
func Handler(o *orchestrator.Orchestrator) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /trident/v1/version", func(w http.ResponseWriter, _ *http.Request) {
		version, err := o.Version()
		answer(w, "version", version, err)
	})
	mux.HandleFunc("GET /trident/v1/backend", func(w http.ResponseWriter, _ *http.Request) {
		names, err := o.Backends()
		answer(w, "backends", names, err)
	})
	mux.HandleFunc("GET /trident/v1/backend/{name}", func(w http.ResponseWriter, r *http.Request) {
		backend, err := o.Backend(r.PathValue("name"))
		answer(w, "backend", backend, err)
	})
	mux.HandleFunc("GET /trident/v1/volume", func(w http.ResponseWriter, _ *http.Request) {
		names, err := o.Volumes()
		answer(w, "volumes", names, err)
	})
	mux.HandleFunc("GET /trident/v1/volume/{name}", func(w http.ResponseWriter, r *http.Request) {
		volume, err := o.Volume(r.PathValue("name"))
		answer(w, "volume", volume, err)
	})
	mux.HandleFunc("GET /trident/v1/storageclass", func(w http.ResponseWriter, _ *http.Request) {
		names, err := o.StorageClasses()
		answer(w, "storageClasses", names, err)
	})
	mux.HandleFunc("GET /trident/v1/storageclass/{name}", func(w http.ResponseWriter, r *http.Request) {
		class, err := o.StorageClass(r.PathValue("name"))
		answer(w, "storageClass", class, err)
	})
	return mux
}

func answer(w http.ResponseWriter, name string, value any, err error) {
	body := map[string]any{name: value}
	if err != nil {
		body["error"] = err.Error()
	}
	encoded, encodingError := json.Marshal(body)
	if encodingError != nil {
		http.Error(w, "the answer could not be encoded", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(statusOf(err))
	_, _ = w.Write(append(encoded, '\n'))
}

func statusOf(err error) int {
	var notFound orchestrator.NotFoundError
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &notFound):
		return http.StatusNotFound
	default:
		return http.StatusInternalServerError
	}
}
