// Package logline writes log lines in the text format that Trident's logger uses.
package logline

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
	"time"
)

// Fields are printed after the message, sorted by name.
type Fields map[string]any

// Logger is safe for concurrent use.
type Logger struct {
	mutex sync.Mutex
	out   io.Writer
	debug bool
	now   func() time.Time
}

// New returns a logger that drops debug lines unless debug is set.
func New(out io.Writer, debug bool) *Logger {
	return &Logger{out: out, debug: debug, now: time.Now}
}

func (l *Logger) Debug(message string, fields Fields) {
	if l.debug {
		l.write("debug", message, fields)
	}
}

func (l *Logger) Info(message string, fields Fields)  { l.write("info", message, fields) }
func (l *Logger) Warn(message string, fields Fields)  { l.write("warning", message, fields) }
func (l *Logger) Error(message string, fields Fields) { l.write("error", message, fields) }

// Fatal only names the level: ending the process is left to main.
func (l *Logger) Fatal(message string, fields Fields) { l.write("fatal", message, fields) }

func (l *Logger) write(level, message string, fields Fields) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	var line strings.Builder
	fmt.Fprintf(&line, "time=%s level=%s msg=%s", quote(l.now().UTC().Format(time.RFC3339)), level, quote(message))
	for _, name := range sortedNames(fields) {
		fmt.Fprintf(&line, " %s=%s", name, quote(fmt.Sprint(fields[name])))
	}
	line.WriteByte('\n')
	_, _ = io.WriteString(l.out, line.String())
}

func sortedNames(fields Fields) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func quote(text string) string {
	if text == "" || strings.IndexFunc(text, needsQuotes) >= 0 {
		return fmt.Sprintf("%q", text)
	}
	return text
}

func needsQuotes(r rune) bool {
	isPlain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._/@^+", r)
	return !isPlain
}
