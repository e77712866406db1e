// Package chosen is the question before several rows of a list are changed at once (批量操作): it says how many and
// which, and, when one of them stops the act, which and why.
//
// Who asks decides nothing here: the verbs of the modules change all of them or none.
package chosen

import "tuoxing/internal/web/part"

// Page is the question.
type Page struct {
	part.Base
	Title, Sub string
	Crumbs     []part.Link
	Rows       []Row
	Field      string // of the form, under which the ids are sent
	Harm       part.Harm
	Problems   []part.Problem // of the form
}

// Row is one of those that would be changed.
type Row struct {
	ID, Href    string
	Name, Under string
	Person      bool   // Name is a person's, else a unit's
	Problem     string // why it cannot be changed
}

// stopped is how many rows stop the act.
func (p Page) stopped() (n int) {
	for _, r := range p.Rows {
		if r.Problem != "" {
			n++
		}
	}
	return n
}
