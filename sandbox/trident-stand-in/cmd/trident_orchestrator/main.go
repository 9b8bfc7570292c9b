// Command trident_orchestrator stands in for NetApp Trident's server in the sandbox.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"example.invalid/trident-stand-in/internal/kubernetes"
	"example.invalid/trident-stand-in/internal/logline"
	"example.invalid/trident-stand-in/internal/notice"
	"example.invalid/trident-stand-in/internal/orchestrator"
	"example.invalid/trident-stand-in/internal/rest"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

// run serves until a signal ends it. A bootstrap that failed does not end it: the API answers with the reason.
func run(arguments []string) int {
	settings, err := parseSettings(arguments, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	if settings.showVersion {
		fmt.Printf("%s\n%s\n", notice.Version, notice.Text)
		return 0
	}
	logger := logline.New(os.Stderr, settings.debug)
	logger.Info(notice.Text, nil)
	logger.Info("Running Trident storage orchestrator.", logline.Fields{"version": notice.Version, "binary": os.Args[0]})
	// Registered before anything waits, so that a pod can be stopped at once at any time.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	failed := make(chan error, 1)
	go func() { failed <- serve(settings, logger) }()
	select {
	case <-signals:
		logger.Info("Shutting down.", nil)
		return 0
	case err := <-failed:
		logger.Fatal(err.Error(), nil)
		return 1
	}
}

// serve returns only when Trident would have ended itself too: on wrong settings, an etcd that does not come up, or an
// address that is taken.
func serve(settings settings, logger *logline.Logger) error {
	if err := settings.check(); err != nil {
		return err
	}
	ctx := context.Background()
	state, err := openStore(ctx, settings, logger)
	if err != nil {
		return err
	}
	trident := orchestrator.New(state, logger)
	listener, err := net.Listen("tcp", net.JoinHostPort(settings.address, settings.port))
	if err != nil {
		return fmt.Errorf("the REST API cannot listen: %w", err)
	}
	logger.Info("Added frontend.", logline.Fields{"name": "HTTP REST"})
	served := make(chan error, 1)
	go func() { served <- http.Serve(listener, rest.Handler(trident)) }()
	_ = trident.Bootstrap(ctx)
	if settings.kubernetesPod {
		activateKubernetes(ctx, logger)
	}
	return <-served
}

// activateKubernetes starts the frontend. Trident would end itself outside of a pod; the stand-in serves on.
func activateKubernetes(ctx context.Context, logger *logline.Logger) {
	frontend, err := kubernetes.InPod(logger)
	if err != nil {
		logger.Warn("Unable to start the Kubernetes frontend.", logline.Fields{"error": err})
		return
	}
	logger.Info("Added frontend.", logline.Fields{"name": "kubernetes"})
	go frontend.Run(ctx)
}
