// Command tuoxing is the whole of Tuoxing (托星) in one binary: pages, API and command line.
package main

import (
	"os"
	"runtime/debug"

	"tuoxing/internal/cli"
)

// heapGrowth is by how many percent the heap may grow between two collections. Large loads and the columns of
// a city hold much that has no pointers and is cheap to look through again; GOGC says otherwise.
const heapGrowth = 70

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}
