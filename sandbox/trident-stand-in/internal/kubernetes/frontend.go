// Package kubernetes asks the API server for what Trident asks it for all the time: it lists and watches claims, volumes and
// storage classes. What Trident does about them is left out, for there is no storage.
package kubernetes

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"example.invalid/trident-stand-in/internal/logline"
)

// ErrNotInPod means that nothing says where the API server is.
var ErrNotInPod = errors.New("unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined")

const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

// collections are those that Trident's Kubernetes frontend watches (its frontend/kubernetes/plugin.go, 19.04).
var collections = []string{
	"/api/v1/persistentvolumeclaims",
	"/api/v1/persistentvolumes",
	"/apis/storage.k8s.io/v1/storageclasses",
}

// Frontend speaks with one API server.
type Frontend struct {
	server string
	token  string
	client *http.Client
	logger *logline.Logger
	// pause between two attempts at a list that failed.
	pause time.Duration
}

// InPod takes the API server and the service account from where Kubernetes puts them in a pod.
func InPod(logger *logline.Logger) (*Frontend, error) {
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return nil, ErrNotInPod
	}
	token, err := os.ReadFile(filepath.Join(serviceAccountFolder, "token"))
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(filepath.Join(serviceAccountFolder, "ca.crt"))
	if err != nil {
		return nil, err
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("%s/ca.crt holds no certificate", serviceAccountFolder)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authorities}}
	return &Frontend{
		server: "https://" + net.JoinHostPort(host, port),
		token:  strings.TrimSpace(string(token)),
		client: &http.Client{Transport: transport},
		logger: logger,
		pause:  time.Second,
	}, nil
}

// Run watches until the context ends. What is refused is logged and asked for again, as by Trident's client.
func (f *Frontend) Run(ctx context.Context) {
	for _, collection := range collections {
		go f.follow(ctx, collection)
	}
	<-ctx.Done()
}

func (f *Frontend) follow(ctx context.Context, collection string) {
	for ctx.Err() == nil {
		if err := f.listAndWatch(ctx, collection); err != nil && ctx.Err() == nil {
			f.logger.Error("Kubernetes frontend failed to list and watch.", logline.Fields{"collection": collection, "error": err})
			select {
			case <-ctx.Done():
			case <-time.After(f.pause):
			}
		}
	}
}

// listAndWatch returns when the server ends the watch, which it does every few minutes.
func (f *Frontend) listAndWatch(ctx context.Context, collection string) error {
	body, err := f.get(ctx, collection)
	if err != nil {
		return err
	}
	var list struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
	}
	err = json.NewDecoder(body).Decode(&list)
	_ = body.Close()
	if err != nil {
		return err
	}
	events, err := f.get(ctx, collection+"?watch=true&resourceVersion="+list.Metadata.ResourceVersion)
	if err != nil {
		return err
	}
	defer func() { _ = events.Close() }()
	_, err = io.Copy(io.Discard, events)
	return err
}

func (f *Frontend) get(ctx context.Context, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.server+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+f.token)
	response, err := f.client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("%s answers %s", path, response.Status)
	}
	return response.Body, nil
}
