// Package errorpage tells a person that something did not work: what, how to mend it, and the
// number of the request to give to whoever helps.
//
// It must not print anything internal; the sentence comes from the catalogues.
package errorpage

import "tuoxing/internal/web/part"

// Page is an answer that is an error.
type Page struct {
	part.Base
	Status   int
	Sentence string
	Fix      string
	Problems []part.Problem
	Back     part.Link
}
