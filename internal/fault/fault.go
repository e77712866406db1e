// Package fault is the one error type that a person may read.
//
// A fault says what kind of mistake was made, in which words to tell it (a key of the
// message catalogues, with arguments) and how to mend it. Any error that is not a fault is
// internal: the person sees a general sentence and a request number, the log has the chain.
//
// Faults are created where the meaning is known, usually in a module; below that, plain
// errors are wrapped with what was being done. No personal data goes into an error.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is the class of a fault. Each door has one table from Kind to its own answer
// (HTTP status, exit code).
type Kind uint8

// The kinds. Internal is the kind of every error that is not a fault.
const (
	Internal        Kind = iota
	Invalid              // the input breaks a rule; Fields names where
	NotFound             // nothing there, or outside the reader's subtree
	Conflict             // true now, but not together with what is already there
	Forbidden            // the actor's role does not hold the right
	Unauthenticated      // nobody is logged in
	TooLarge             // over a stated limit of size or time
	Unavailable          // try again later
)

// Kinds lists all kinds in order, so that the tables of the doors can be tested to be complete.
var Kinds = []Kind{Internal, Invalid, NotFound, Conflict, Forbidden, Unauthenticated, TooLarge, Unavailable}

var kindNames = [...]string{"internal", "invalid", "not_found", "conflict", "forbidden", "unauthenticated", "too_large", "unavailable"}

// String gives the stable English name of the kind, as printed in logs and in the API.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Field is one problem with one named input. Name is the form name of the input, so that
// page, API and import report point at the same place.
type Field struct {
	Name string
	Key  string
	Args []any
}

// Error is a fault. Key, Fix and the keys of Fields are keys of the message catalogues.
type Error struct {
	Kind   Kind
	Key    string
	Args   []any
	Fix    string // optional: what to do about it
	Fields []Field
	Err    error // cause, for the log only
}

// New makes a fault of a kind with its message key and arguments.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// WithFix returns the fault with the key of a sentence that says how to mend it.
func (e *Error) WithFix(key string) *Error {
	e.Fix = key
	return e
}

// Because returns the fault with its cause, which only the log shows.
func (e *Error) Because(err error) *Error {
	e.Err = err
	return e
}

// Error is the text for the log. It holds keys and never the words for a person.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Kind, e.Key)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " [%s: %s]", f.Name, f.Key)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// As finds the fault in an error chain.
func As(err error) (*Error, bool) {
	return errors.AsType[*Error](err)
}

// KindOf gives the kind of the fault in the chain, Internal if there is none.
func KindOf(err error) Kind {
	if e, ok := As(err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether the chain holds a fault of this kind.
func Is(err error, kind Kind) bool {
	return err != nil && KindOf(err) == kind
}

// Fields gives the field problems of the fault in the chain.
func Fields(err error) []Field {
	if e, ok := As(err); ok {
		return e.Fields
	}
	return nil
}

// Check collects field problems, so that a Check method can return all of them at once.
type Check struct {
	fields []Field
}

// Add records one problem with one input.
func (c *Check) Add(name, key string, args ...any) {
	c.fields = append(c.fields, Field{Name: name, Key: key, Args: args})
}

// Stop records why one of several things at once cannot be done; the input is named for the thing. What is no fault
// of these kinds, or of a thing that the caller does not see, is given back: it ends the whole act.
func (c *Check) Stop(thing string, why error) error {
	f, ok := As(why)
	switch {
	case !ok, f.Kind != Conflict && f.Kind != Invalid && f.Kind != Forbidden:
		return why
	case len(f.Fields) > 0:
		c.Add(thing, f.Fields[0].Key, f.Fields[0].Args...)
	default:
		c.Add(thing, f.Key, f.Args...)
	}
	return nil
}

// Err is nil when nothing was added, else one Invalid fault with every problem.
func (c *Check) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Key: "fault.invalid", Fields: c.fields}
}
