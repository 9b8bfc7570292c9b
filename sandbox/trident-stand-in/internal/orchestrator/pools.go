package orchestrator

import (
	"fmt"
	"slices"
	"sort"
)

// pool is a part of a backend that can hold volumes. The stand-in has no storage to ask, so it takes the pools that the
// stored configuration names.
type pool struct {
	name   string
	offers map[string][]string
}

func poolsOf(config map[string]any) []pool {
	if fakePools, ok := config["pools"].(map[string]any); ok {
		return fakePoolsOf(fakePools)
	}
	driver := fmt.Sprint(config["storageDriverName"])
	offers := map[string][]string{"backendType": {driver}}
	if types, ok := config["Types"].([]any); ok {
		return solidfirePoolsOf(types, offers)
	}
	if aggregate, ok := config["aggregate"].(string); ok && aggregate != "" {
		return []pool{{name: aggregate, offers: offers}}
	}
	return nil
}

func fakePoolsOf(stored map[string]any) []pool {
	pools := make([]pool, 0, len(stored))
	for name, value := range stored {
		offers := map[string][]string{}
		description, _ := value.(map[string]any)
		attributes, _ := description["attributes"].(map[string]any)
		for attribute, value := range attributes {
			offers[attribute] = offerOf(value)
		}
		pools = append(pools, pool{name: name, offers: offers})
	}
	sort.Slice(pools, func(i, j int) bool { return pools[i].name < pools[j].name })
	return pools
}

func offerOf(value any) []string {
	attribute, _ := value.(map[string]any)
	list, _ := attribute["offer"].([]any)
	offers := make([]string, 0, len(list))
	for _, offer := range list {
		offers = append(offers, fmt.Sprint(offer))
	}
	return offers
}

func solidfirePoolsOf(types []any, offers map[string][]string) []pool {
	pools := make([]pool, 0, len(types))
	for _, value := range types {
		description, _ := value.(map[string]any)
		pools = append(pools, pool{name: fmt.Sprint(description["Type"]), offers: offers})
	}
	return pools
}

func (p pool) satisfies(attributes map[string]any) bool {
	for name, wanted := range attributes {
		if !slices.Contains(p.offers[name], fmt.Sprint(wanted)) {
			return false
		}
	}
	return true
}
