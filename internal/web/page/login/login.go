// Package login is the page on which a person says who they are.
//
// A wrong name and a wrong password give the same sentence. The page must not keep a password.
package login

import "tuoxing/internal/web/part"

// Page is the login form.
type Page struct {
	part.Base
	User     string
	Back     string // where to go afterwards: a path of this server
	Problems []part.Problem
	Fix      string // what to do about them
	Notice   string // why the person stands here: the session has ended, the password was changed
	Hints    []Hint // of a demo database
}

// Hint is an account of a demo database that anybody may try.
type Hint struct {
	Label, User, Password string
}

// ChangePage is the form on which a person sets a password of their own.
type ChangePage struct {
	part.Base
	User     string // the login, for the browser's store of passwords
	First    bool   // the password was given by somebody else: nothing else is allowed before
	Problems []part.Problem
}
