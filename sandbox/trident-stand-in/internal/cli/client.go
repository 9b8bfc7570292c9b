package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	parallelCalls = 16
	callTimeout   = 90 * time.Second
)

// client calls the REST API over connections that stay open: a list of thousands of volumes is as many calls.
type client struct {
	base string
	http http.Client
}

func newClient(server string) *client {
	transport := &http.Transport{MaxIdleConnsPerHost: parallelCalls}
	return &client{base: "http://" + server + "/trident/v1/", http: http.Client{Transport: transport, Timeout: callTimeout}}
}

// call reads one field of an answer. What describes the call in an error, such as `get backends`.
func (c *client) call(path, field, what string, into any) error {
	response, err := c.http.Get(c.base + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var body map[string]json.RawMessage
	decodingError := json.NewDecoder(response.Body).Decode(&body)
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("could not %s: %s", what, reasonOf(response, body))
	}
	if decodingError != nil {
		return fmt.Errorf("could not %s: the answer is not JSON", what)
	}
	return json.Unmarshal(body[field], into)
}

func reasonOf(response *http.Response, body map[string]json.RawMessage) string {
	var reason string
	if json.Unmarshal(body["error"], &reason) != nil || reason == "" {
		return response.Status
	}
	return fmt.Sprintf("%s (%s)", reason, response.Status)
}

// objects gets each object by its name, several at a time, and keeps the order of the names.
func objects(c *client, kind kind, names []string) ([]json.RawMessage, error) {
	results := make([]json.RawMessage, len(names))
	failures := make([]error, len(names))
	places := make(chan int)
	var workers sync.WaitGroup
	for range min(parallelCalls, len(names)) {
		workers.Go(func() {
			for place := range places {
				path := kind.path + "/" + url.PathEscape(names[place])
				failures[place] = c.call(path, kind.field, "get "+kind.noun+" "+names[place], &results[place])
			}
		})
	}
	for place := range names {
		places <- place
	}
	close(places)
	workers.Wait()
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}
