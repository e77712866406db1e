// Package figures embeds the indicator catalogue and the definition of the worker class: what is
// counted, in which unit, over which population. They are data; a city replaces them with a folder
// of its own. The formats are described in docs/formats.md.
package figures

import "embed"

// FS holds indicators.yaml and worker_class.yaml.
//
//go:embed *.yaml
var FS embed.FS
