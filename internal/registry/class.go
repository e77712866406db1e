package registry

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
)

// Classes is the dated definition of the worker class (产业工人): which kinds of posts in which
// sections of the industry classification. It is data (figures/worker_class.yaml).
type Classes []ClassVersion

// ClassVersion is the definition in force from a day until the next version's day. What holds
// before the first version is the first version.
type ClassVersion struct {
	From   date.Day    `yaml:"from"`
	Source string      `yaml:"source"`
	Rules  []ClassRule `yaml:"classes"`
}

// ClassRule gives one class: its code (1–255), and the sections and posts that make it.
type ClassRule struct {
	Code     uint8    `yaml:"code"`
	Name     string   `yaml:"name"`
	Sections string   `yaml:"sections"` // letters A–T of GB/T 4754-2017
	Posts    []string `yaml:"posts"`
	posts    []Post
}

var postNames = map[string]Post{"production": Production, "technical": Technical, "service": ServicePost, "management": Management, "other": OtherPost}

// ReadClasses reads the definition. Unknown words, doubled codes within a version and versions out
// of order are errors that name the place.
func ReadClasses(data []byte) (Classes, error) {
	var file struct {
		Versions Classes `yaml:"versions"`
	}
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("worker classes: %w", err)
	}
	for v := range file.Versions {
		ver := &file.Versions[v]
		if v > 0 && ver.From <= file.Versions[v-1].From {
			return nil, fmt.Errorf("worker classes: version %s does not come after the one before", ver.From)
		}
		var codes []uint8
		for i := range ver.Rules {
			r := &ver.Rules[i]
			if r.Code == 0 || slices.Contains(codes, r.Code) {
				return nil, fmt.Errorf("worker classes %s: code %d", ver.From, r.Code)
			}
			codes = append(codes, r.Code)
			for _, name := range r.Posts {
				p, ok := postNames[name]
				if !ok {
					return nil, fmt.Errorf("worker classes %s: post %q", ver.From, name)
				}
				r.posts = append(r.posts, p)
			}
		}
	}
	if len(file.Versions) == 0 {
		return nil, fmt.Errorf("worker classes: no version")
	}
	return file.Versions, nil
}

// starts are the days on which a new version begins; the first applies to all days before.
func (c Classes) starts() []date.Day {
	out := make([]date.Day, 0, len(c))
	for _, v := range c[1:] {
		out = append(out, v.From)
	}
	return out
}

// class gives the class of a post in an industry (GB/T 4754 class number) on a day, 0 for none.
func (c Classes) class(industry int, post Post, on date.Day) uint8 {
	ver := c[0]
	for _, v := range c[1:] {
		if v.From <= on {
			ver = v
		}
	}
	section := cn.Section(industry)
	if section == "" {
		return 0
	}
	for _, r := range ver.Rules {
		if strings.Contains(r.Sections, section) && slices.Contains(r.posts, post) {
			return r.Code
		}
	}
	return 0
}
