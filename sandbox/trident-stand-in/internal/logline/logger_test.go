package logline

import (
	"strings"
	"testing"
	"time"
)

func TestALineHasTimeLevelMessageAndSortedFields(t *testing.T) {
	var out strings.Builder
	logger := New(&out, false)
	logger.now = func() time.Time { return time.Date(2019, 4, 30, 12, 0, 0, 0, time.UTC) }
	logger.Info("Added an existing backend.", Fields{"online": true, "backend": "nas gold", "handler": "Bootstrap"})
	want := `time="2019-04-30T12:00:00Z" level=info msg="Added an existing backend." backend="nas gold" handler=Bootstrap online=true` + "\n"
	if out.String() != want {
		t.Fatalf("got  %q\nwant %q", out.String(), want)
	}
}

func TestDebugLinesAreDroppedUnlessAskedFor(t *testing.T) {
	var quiet, loud strings.Builder
	New(&quiet, false).Debug("x", nil)
	New(&loud, true).Debug("x", nil)
	if quiet.Len() != 0 || !strings.Contains(loud.String(), "level=debug msg=x") {
		t.Fatalf("quiet %q, loud %q", quiet.String(), loud.String())
	}
}
