package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"

	"example.invalid/trident-stand-in/internal/notice"
)

// kind is a kind of object: where the API has it and how a table shows it.
type kind struct {
	path, field, noun string
	listField, plural string
	header            []string
	wideHeader        []string
	row               func(object json.RawMessage) (row, wide []string, err error)
}

var backends = kind{
	path: "backend", field: "backend", noun: "backend", listField: "backends", plural: "backends",
	header: []string{"NAME", "STORAGE DRIVER", "STATE", "VOLUMES"},
	row:    backendRow,
}

var volumes = kind{
	path: "volume", field: "volume", noun: "volume", listField: "volumes", plural: "volumes",
	header:     []string{"NAME", "SIZE", "STORAGE CLASS", "PROTOCOL", "BACKEND", "POOL"},
	wideHeader: []string{"NAME", "INTERNAL NAME", "SIZE", "STORAGE CLASS", "PROTOCOL", "BACKEND", "POOL", "ACCESS MODE"},
	row:        volumeRow,
}

var storageClasses = kind{
	path: "storageclass", field: "storageClass", noun: "storage class", listField: "storageClasses", plural: "storage classes",
	header: []string{"NAME"},
	row:    storageClassRow,
}

func backendRow(object json.RawMessage) ([]string, []string, error) {
	var backend struct {
		Name    string
		State   string
		Volumes []string
		Config  struct{ StorageDriverName string }
	}
	err := json.Unmarshal(object, &backend)
	cells := []string{backend.Name, backend.Config.StorageDriverName, backend.State, strconv.Itoa(len(backend.Volumes))}
	return cells, cells, err
}

func volumeRow(object json.RawMessage) ([]string, []string, error) {
	var volume struct {
		Config  struct{ Name, InternalName, Size, StorageClass, Protocol, AccessMode string }
		Backend string
		Pool    string
	}
	err := json.Unmarshal(object, &volume)
	config, size := volume.Config, humanSize(volume.Config.Size)
	cells := []string{config.Name, size, config.StorageClass, config.Protocol, volume.Backend, volume.Pool}
	wide := []string{config.Name, config.InternalName, size, config.StorageClass, config.Protocol, volume.Backend, volume.Pool, config.AccessMode}
	return cells, wide, err
}

func storageClassRow(object json.RawMessage) ([]string, []string, error) {
	var class struct{ Config struct{ Name string } }
	err := json.Unmarshal(object, &class)
	return []string{class.Config.Name}, []string{class.Config.Name}, err
}

func printObjects(server *client, kind kind, names []string, output string, out io.Writer) error {
	if len(names) == 0 {
		if err := server.call(kind.path, kind.listField, "get "+kind.plural, &names); err != nil {
			return err
		}
	}
	// Beside backends that failed, an empty name is listed.
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	found, err := objects(server, kind, names)
	if err != nil {
		return err
	}
	if output == "json" {
		return printJSON(map[string]any{"items": found}, out)
	}
	return printRows(kind, found, output, out)
}

func printRows(kind kind, found []json.RawMessage, output string, out io.Writer) error {
	header, rows := kind.header, make([][]string, 0, len(found))
	if output == "wide" && kind.wideHeader != nil {
		header = kind.wideHeader
	}
	for _, object := range found {
		row, wide, err := kind.row(object)
		if err != nil {
			return fmt.Errorf("could not read a %s: %w", kind.noun, err)
		}
		if output == "wide" {
			row = wide
		}
		rows = append(rows, row)
	}
	if output == "name" {
		return printNames(rows, out)
	}
	return printTable(header, rows, out)
}

func printNames(rows [][]string, out io.Writer) error {
	for _, row := range rows {
		if _, err := fmt.Fprintln(out, row[0]); err != nil {
			return err
		}
	}
	return nil
}

func printJSON(value any, out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

func printVersion(server *client, output string, out io.Writer) error {
	var version string
	if err := server.call("version", "version", "get version", &version); err != nil {
		return err
	}
	if output == "json" {
		side := func(version string) map[string]string {
			return map[string]string{"version": version, "apiVersion": notice.APIVersion}
		}
		return printJSON(map[string]any{"server": side(version), "client": side(notice.Version), "notice": notice.Text}, out)
	}
	if _, err := fmt.Fprintln(out, notice.Text); err != nil {
		return err
	}
	return printTable([]string{"SERVER VERSION", "CLIENT VERSION"}, [][]string{{version, notice.Version}}, out)
}
