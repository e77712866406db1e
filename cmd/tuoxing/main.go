// Command tuoxing is the whole of Tuoxing (托星) in one binary: pages, API and command line.
package main

import (
	"os"

	"tuoxing/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}
