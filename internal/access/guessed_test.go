package access_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"tuoxing/internal/testkit/world"
)

// slot is a placeholder of a route.
var slot = regexp.MustCompile(`\{[a-z]+\}`)

// never are what somebody may guess: ids that nobody has, ids of something else, and what is no id at all. {unit} and the others are
// filled in as everywhere.
var never = []string{"77777", "0", "-1", "9007199254740993", "9223372036854775807", "9223372036854775808", "{unit}", "{worker}", "{import}", "abc", "%E4%B8%B9%E9%98%B3", "1%20OR%201=1", "..%2f..%2fetc", "%00"}

// guesses gives a case's path with each of its ids guessed in turn. The case writes its ids where its route has placeholders.
func (f *fixture) guesses(t *testing.T, a ask) (out []string) {
	_, pattern, _ := strings.Cut(a.of, " ")
	path, query, asked := strings.Cut(a.path, "?")
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil
	}
	for i := range want {
		if !slot.MatchString(want[i]) || want[i] == "{$}" {
			continue
		}
		for _, guess := range never {
			if guess == have[i] || f.words[guess] != "" && (f.words[guess] == f.fill(t, have[i]) || want[i-1] == "imports" && guess == "{import}") { // no guess
				continue
			}
			at := append([]string{}, have...)
			at[i] = guess
			next := strings.Join(at, "/")
			if asked {
				next += "?" + query
			}
			out = append(out, next)
		}
	}
	return out
}

// Every route with an id says of a guessed one that there is nothing, to whom it would answer, and to everybody else what it says of
// a right one: nobody learns from the answer which ids there are. Nothing is done and nothing is shown.
func TestGuessedIDs_open_nothing(t *testing.T) {
	f := newFixture(t)
	secrets := f.secrets()
	covered := map[string]bool{}
	for _, a := range allCases() {
		if covered[a.of] || a.fresh || a.upload {
			continue
		}
		paths := f.guesses(t, a)
		if len(paths) == 0 {
			continue
		}
		covered[a.of] = true
		for _, path := range paths {
			b := a
			b.path = path
			for who := range classes {
				answer, asked := f.send(t, b, who)
				if !f.nothing(b, who, answer) {
					t.Errorf("%s as %s: %s: status %d: %.300s", a.of, who, path, answer.Status, answer.Body)
				}
				text := content(t, answer)
				for _, s := range secrets {
					if !s.seen[who] && !a.mayHold(s, who) && strings.Contains(text, s.text) && !strings.Contains(asked, s.text) {
						t.Errorf("%s as %s: %s: holds %s %s", a.of, who, path, s.what, s.text)
					}
				}
			}
		}
	}
	for _, at := range addresses() {
		if strings.Contains(at, "{") && !strings.Contains(at, "{$}") && !covered[at] {
			t.Errorf("no id of %s was guessed", at)
		}
	}
}

// nothing reports whether an answer is one to a guessed id.
func (f *fixture) nothing(a ask, who class, got *world.Answer) bool {
	switch got.Status {
	case http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusBadRequest:
		return who != nobody
	case http.StatusConflict: // who sees the import is told that nothing is decided about such a person
		return who != nobody && strings.HasSuffix(a.of, "take-back")
	case http.StatusForbidden:
		return who != nobody && who != city || a.want.of(who) == http.StatusForbidden
	case http.StatusSeeOther, http.StatusUnauthorized:
		return who == nobody
	}
	return false
}

var (
	request = regexp.MustCompile(`[0-9a-f]{5}-[0-9a-f]{5}`)
	digits  = regexp.MustCompile(`[0-9]{15,19}`)
)

// To who does not see a thing it is as if it were not there: status and words are those of an id that nobody has.
func TestForeignIDs_are_told_as_ids_that_nobody_has(t *testing.T) {
	f := newFixture(t)
	n := 0
	for _, a := range allCases() {
		for who := range classes {
			unseen := who == other || who == firm || who == own && a.want.of(other) < 400 // the others see all that is asked for, and so may learn more
			if !unseen || a.want.of(who) != http.StatusNotFound || !strings.Contains(a.path, "{") {
				continue
			}
			here, b := a, a
			here.path = f.fill(t, a.path)
			if len(digits.FindAllString(strings.SplitN(here.path, "?", 2)[0], -1)) != 1 { // of two, one may be seen
				continue
			}
			b.path = digits.ReplaceAllString(here.path, "913000000000000001")
			there, _ := f.send(t, here, who)
			gone, _ := f.send(t, b, who)
			n++
			plain := func(x *world.Answer) string {
				return digits.ReplaceAllString(request.ReplaceAllString(string(x.Body), "request"), "id")
			}
			if there.Status != gone.Status || plain(there) != plain(gone) {
				t.Errorf("%s (%s) as %s: %d and %d:\n%.400s\n%.400s", a.of, a.what, who, there.Status, gone.Status, plain(there), plain(gone))
			}
		}
	}
	if n < 80 {
		t.Errorf("only %d answers", n)
	}
}
