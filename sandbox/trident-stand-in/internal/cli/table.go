package cli

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// printTable draws the bordered table that Trident's client draws: centred header, numbers to the right.
func printTable(header []string, rows [][]string, out io.Writer) error {
	widths := columnWidths(header, rows)
	border := "+"
	for _, width := range widths {
		border += strings.Repeat("-", width+2) + "+"
	}
	buffered := bufio.NewWriter(out)
	fmt.Fprintln(buffered, border)
	printRow(buffered, header, widths, centred)
	fmt.Fprintln(buffered, border)
	for _, row := range rows {
		printRow(buffered, row, widths, aligned)
	}
	if len(rows) > 0 {
		fmt.Fprintln(buffered, border)
	}
	return buffered.Flush()
}

func columnWidths(header []string, rows [][]string) []int {
	widths := make([]int, len(header))
	for _, row := range append([][]string{header}, rows...) {
		for column, cell := range row {
			widths[column] = max(widths[column], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

func printRow(out io.Writer, row []string, widths []int, align func(cell string, space int) string) {
	line := "|"
	for column, cell := range row {
		line += " " + align(cell, widths[column]-utf8.RuneCountInString(cell)) + " |"
	}
	fmt.Fprintln(out, line)
}

func centred(cell string, space int) string {
	return strings.Repeat(" ", space/2) + cell + strings.Repeat(" ", (space+1)/2)
}

func aligned(cell string, space int) string {
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return strings.Repeat(" ", space) + cell
	}
	return cell + strings.Repeat(" ", space)
}

// humanSize turns a number of bytes into the form `1.0 GiB`.
func humanSize(bytes string) string {
	size, err := strconv.ParseFloat(bytes, 64)
	if err != nil {
		return bytes
	}
	unit := 0
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	for size >= 1024 && unit < len(units)-1 {
		size /= 1024
		unit++
	}
	switch {
	case unit == 0:
		return fmt.Sprintf("%.0f B", size)
	case size < 10:
		return fmt.Sprintf("%.1f %s", size, units[unit])
	default:
		return fmt.Sprintf("%.0f %s", size, units[unit])
	}
}
