package api

import (
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2/validation"
)

// said is one message of huma and the sentence of ours that takes its place.
type said struct {
	format string // of huma, with its verbs
	key    string // of the catalogue, with one %s for each verb
	field  bool   // the first verb names the input and is no argument
}

// messages are what huma can say about the requests that this document allows. A test compares
// them with the library.
func messages() []said {
	return []said{
		{format: "unknown query parameter", key: "api.unknown_parameter"},
		{format: "required %s parameter is missing", key: "api.parameter_missing", field: false},
		{format: "invalid integer", key: "api.want_integer"},
		{format: "invalid boolean", key: "api.want_boolean"},
		{format: validation.MsgExpectedInteger, key: "api.want_integer"},
		{format: validation.MsgExpectedNumber, key: "api.want_integer"},
		{format: validation.MsgExpectedBoolean, key: "api.want_boolean"},
		{format: validation.MsgExpectedString, key: "api.want_text"},
		{format: validation.MsgExpectedArray, key: "api.want_list"},
		{format: validation.MsgExpectedObject, key: "api.want_object"},
		{format: validation.MsgUnexpectedProperty, key: "api.unknown_field"},
		{format: validation.MsgExpectedRequiredProperty, key: "api.field_missing", field: true},
		{format: validation.MsgExpectedMinimumNumber, key: "api.too_small"},
		{format: validation.MsgExpectedMaximumNumber, key: "api.too_big"},
		{format: validation.MsgExpectedMinLength, key: "api.too_short"},
		{format: validation.MsgExpectedMaxLength, key: "api.too_long"},
		{format: validation.MsgExpectedMinItems, key: "api.too_few"},
		{format: validation.MsgExpectedMaxItems, key: "api.too_many"},
		{format: validation.MsgExpectedOneOf, key: "api.one_of"},
	}
}

// words are a sentence for people: its key and arguments, and the input it names itself.
type words struct {
	key   string
	args  []any
	field string
}

var verbs = regexp.MustCompile(`%[a-z]`)

// wordsFor finds the sentence for a message of huma. What it says beyond the table, such as the
// place of a syntax error in JSON, has the general sentence.
func wordsFor(message string) words {
	for _, m := range messages() {
		parts := verbs.Split(m.format, -1)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		found := regexp.MustCompile("^" + strings.Join(parts, "(.*)") + "$").FindStringSubmatch(message)
		if found == nil {
			continue
		}
		w := words{key: m.key}
		args := slices.Clone(found[1:])
		if m.field && len(args) > 0 {
			w.field, args = args[0], args[1:]
		}
		if m.key == "api.parameter_missing" {
			args = nil
		}
		for _, a := range args {
			w.args = append(w.args, a)
		}
		return w
	}
	return words{key: "api.unreadable"}
}
