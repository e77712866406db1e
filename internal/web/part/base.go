// Package part holds the pieces that every page is made of: the layout, figure cards, tables,
// pagers, form fields, badges, alerts, timelines, charts and the question before harm.
//
// A page is a props struct that embeds Base and a templ component that takes it; Base carries
// the words (T), the reader and the request. Pieces take plain values made by the handlers.
// They must not read a database, decide a right or compute a figure.
package part

import (
	"strconv"
	"strings"

	"tuoxing/internal/locale"
)

// Actor is the reader as the page greets them. The zero Actor is nobody.
type Actor struct {
	Name, Role, Unit string
}

// Known reports whether somebody is logged in.
func (a Actor) Known() bool { return a.Name != "" }

// Place is in which role, and for which unit.
func (a Actor) Place() string {
	if a.Unit == "" {
		return a.Role
	}
	return a.Role + " · " + a.Unit
}

// NavItem is one entry of the main menu. Key is its message key.
type NavItem struct {
	Key, Icon, Href string
}

// Base is what every page knows of its request.
type Base struct {
	locale.Printer
	Actor     Actor
	Path      string // path and query of the request, to come back to
	Demo      bool   // the database holds a made-up city
	RequestID string
	Theme     string // light, dark, or empty: as the device says
	Nav       []NavItem
	Search    bool   // the reader may look people up
	Complain  string // where a complaint is made, on every page of a worker; empty on all others
	Roles     []RoleChoice
}

// RoleChoice is somebody as whom a made-up city can be looked at.
type RoleChoice struct {
	Login, Label string
	Full         string // the whole name of the role, with its unit
	Now          bool   // the reader is this one
}

// HTMLLang is the value of the page's lang attribute.
func (b Base) HTMLLang() string {
	if b.Lang() == locale.EN {
		return "en"
	}
	return "zh-CN"
}

// At reports whether the page lies under a menu entry.
func (b Base) At(href string) bool {
	path, _, _ := strings.Cut(b.Path, "?")
	if href == "/" {
		return path == "/"
	}
	return path == href || strings.HasPrefix(path, href+"/")
}

// Unit is what a figure counts. 人 and 人次 never look alike: the unit is always printed.
type Unit uint8

// The units of the figures.
const (
	Person     Unit = iota // 人
	Times                  // 人次, person-times
	PerTenK                // 人/万人, people per 10,000
	Enterprise             // 家
	Post                   // 个, of posts
)

var unitKeys = [...]string{"web.unit_person", "web.unit_times", "web.unit_per_10k", "web.unit_enterprise", "web.unit_post"}

// Quantity is a figure's value: an exact decimal number as text ("603000", "1114.96"), empty
// when the figure has no value on that day, with its unit.
type Quantity struct {
	Value string
	Unit  Unit
}

// None reports that there is no value.
func (q Quantity) None() bool { return q.Value == "" }

// UnitWord prints the unit.
func (b Base) UnitWord(u Unit) string { return b.T(unitKeys[u]) }

// Exact prints the whole value with its unit: 603,000 人.
func (b Base) Exact(q Quantity) string {
	if q.None() {
		return b.T("web.no_value")
	}
	return b.Number(q.Value) + " " + b.UnitWord(q.Unit)
}

// shortFrom is the value from which a card prints units of 10,000: below it, one decimal of them
// would leave out more than the eye takes in at once.
const shortFrom = 100_000

// Short prints the value for a card: the number (60.3) and what stands behind it (万人).
func (b Base) Short(q Quantity) (number, unit string) {
	if q.None() {
		return "—", ""
	}
	n, err := strconv.ParseInt(q.Value, 10, 64)
	if err != nil {
		return b.Number(q.Value), b.UnitWord(q.Unit)
	}
	if n > -shortFrom && n < shortFrom {
		return b.Int(n), b.UnitWord(q.Unit)
	}
	number, wan, _ := strings.Cut(b.Wan(n), " ")
	return number, wan + b.UnitWord(q.Unit)
}

// Number prints a decimal number with thousands separators.
func (b Base) Number(decimal string) string {
	whole, frac, dotted := strings.Cut(decimal, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return decimal
	}
	if dotted {
		return b.Int(n) + "." + frac
	}
	return b.Int(n)
}

// Link is a word that leads somewhere.
type Link struct {
	Label, Href string
}

// Options are what the layout needs besides the body.
type Options struct {
	Title string // of the window, without the name of the program
	Chart bool   // the page draws a chart
	// RefreshSeconds asks a browser without JavaScript to load the page again; 0 is never.
	RefreshSeconds int
	Crumbs         []Link
}

func itoa(n int) string { return strconv.Itoa(n) }
