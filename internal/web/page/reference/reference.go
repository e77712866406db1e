// Package reference is the page of the JSON interface: every operation with what it takes and
// answers, its errors with the way to mend them, and a call to copy.
//
// It is written from the OpenAPI document that the program serves, so it cannot say anything else. It
// is public like the document and must not hold anything of the installation.
package reference

import "tuoxing/internal/web/part"

// Page is the whole interface.
type Page struct {
	part.Base
	Version string
	Groups  []Group
	Problem []Field // members of an error
	Kinds   []Kind
}

// Group are the operations about one thing.
type Group struct {
	ID, Name   string
	Operations []Operation
}

// Operation is one thing that can be asked for.
type Operation struct {
	ID, Method, Path, Summary string
	English                   bool // the summary has no words in the reader's language yet
	Public                    bool // also for who is not logged in
	Takes                     []Field
	BodyKinds                 []string
	Body                      []Field
	Answers                   []Answer
	Example                   string
}

// Answer is what an operation gives back when all is well.
type Answer struct {
	Status, About string
	Kinds         []string
	Fields        []Field
}

// Field is one input or member: its name (of a member within others, with dots), its type and limits.
type Field struct {
	Name, Type, About string
	Required          bool
}

// Kind is a sort of error.
type Kind struct {
	Status           int
	Type, Title, Fix string
}
