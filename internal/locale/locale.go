// Package locale holds the words of the program in Chinese (zh) and English (en), and prints
// numbers, days and amounts the way each language writes them.
//
// Words live in catalogues, one JSON file per language and package: zh/registry.json and
// en/registry.json are flat objects from a key (registry.name_empty) to a text with fmt verbs.
// Both languages have the same keys and the same verbs in the same order. Chinese is the
// default: a key without an English text is shown in Chinese, an unknown key as itself.
//
// The package knows no module and no request. It must not hold rules, units or rates: a
// figure comes here when it is already a whole number.
package locale

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// Lang is a language of the program.
type Lang string

// The languages. ZH is the default.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Langs lists all languages, the default first.
var Langs = [...]Lang{ZH, EN}

// ParseLang reads a language as stored in a cookie or asked for by a flag. Regions are
// dropped: zh-CN is zh. ok is false for a language that the program does not have.
func ParseLang(s string) (lang Lang, ok bool) {
	tag, err := language.Parse(s)
	if err != nil {
		return ZH, false
	}
	return langOf(tag)
}

// Match picks the language for an Accept-Language header: the most wanted one of those we
// have, Chinese if there is none or the header is unreadable.
func Match(acceptLanguage string) Lang {
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return ZH
	}
	for _, tag := range tags {
		if lang, ok := langOf(tag); ok {
			return lang
		}
	}
	return ZH
}

func langOf(tag language.Tag) (Lang, bool) {
	base, confidence := tag.Base()
	if confidence < language.High { // "und" is guessed to be English
		return ZH, false
	}
	for _, lang := range Langs {
		if base.String() == string(lang) {
			return lang, true
		}
	}
	return ZH, false
}

//go:embed zh/*.json en/*.json
var files embed.FS

// catalogues is the immutable table of all words, read once. A file that does not parse is a
// mistake in the program, not of a person, hence the panic; a test reads the files before.
var catalogues = sync.OnceValue(func() map[Lang]map[string]string {
	all := make(map[Lang]map[string]string, len(Langs))
	for _, lang := range Langs {
		words := map[string]string{}
		entries, err := readAll(files, lang)
		if err != nil {
			panic(err)
		}
		for _, e := range entries {
			words[e.key] = e.text
		}
		all[lang] = words
	}
	return all
})

// entry is one line of a catalogue file.
type entry struct{ file, key, text string }

// readAll gives every entry of a language in file order, twice written keys twice.
func readAll(fsys fs.FS, lang Lang) ([]entry, error) {
	names, err := fs.Glob(fsys, string(lang)+"/*.json")
	if err != nil {
		return nil, fmt.Errorf("list catalogues: %w", err)
	}
	var all []entry
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read catalogue: %w", err)
		}
		entries, err := readFlat(string(b))
		if err != nil {
			return nil, fmt.Errorf("read catalogue %s: %w", name, err)
		}
		for _, e := range entries {
			all = append(all, entry{file: name, key: e.key, text: e.text})
		}
	}
	return all, nil
}

// readFlat reads a JSON object of strings token by token, because decoding into a map would
// hide a key that is written twice.
func readFlat(text string) ([]entry, error) {
	d := json.NewDecoder(strings.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("not an object: %v %w", t, err)
	}
	var all []entry
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("after %d keys: %w", len(all), err)
		}
		value, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("value of %v: %w", key, err)
		}
		s, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("value of %v is not a text", key)
		}
		all = append(all, entry{key: key.(string), text: s}) //nolint:errcheck // the decoder gives keys as strings
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("end of object: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the object")
	}
	return all, nil
}
