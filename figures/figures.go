// Package figures embeds the indicator catalogue, the definition of the worker class and the precedence of
// sources: what is counted, in which unit, over which population, and whose word counts. They are data; a city replaces them with a folder
// of its own. The formats are described in docs/formats.md.
package figures

import "embed"

// FS holds indicators.yaml, precedence.yaml and worker_class.yaml.
//
//go:embed *.yaml
var FS embed.FS
