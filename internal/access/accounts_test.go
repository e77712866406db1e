package access_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/locale"
	"tuoxing/internal/testkit/world"
)

// accounts makes the words of the cases below: {user} is an account of Danyang that nobody asks with, {token} a token of
// it, {me token} one that is nobody's of those who ask.
func (f *fixture) accounts(t *testing.T) {
	u, initial, err := f.Accounts.Create(t.Context(), f.Actor(t, world.City), account.CreateInput{Login: "desk", Name: "丹阳二号岗", Role: account.District, Unit: f.Unit(t, "丹阳市总工会")})
	if err != nil {
		t.Fatal(err)
	}
	f.words["{user}"] = strconv.FormatInt(u.ID, 10)
	_, who, err := f.Accounts.Login(t.Context(), "desk", initial, "")
	if err == nil {
		err = f.Accounts.ChangePassword(t.Context(), who, initial, world.Password)
	}
	if err != nil {
		t.Fatal(err)
	}
	tok, secret := f.tokenOf(t, "desk", "", account.FigureRead)
	f.words["{token}"] = strconv.FormatInt(tok, 10)
	f.keys = append(f.keys, secret)
	f.words["{city}"] = strconv.FormatInt(f.Actor(t, world.City).UserID, 10)
}

// tokenOf makes a token of a user, below a unit if one is named.
func (f *fixture) tokenOf(t *testing.T, login, unit string, rights ...account.Right) (id int64, secret string) {
	t.Helper()
	who, err := f.Accounts.Authenticate(t.Context(), f.NewToken(t, login))
	if err != nil {
		t.Fatal(err)
	}
	tok, secret, err := f.Accounts.CreateToken(t.Context(), who, who.UserID, account.TokenInput{Name: "报表程序", ExpiresOn: date.On(f.DB.Now()) + 30, Rights: rights, Unit: f.Unit(t, unit)})
	if err != nil {
		t.Fatal(err)
	}
	return tok.ID, secret
}

// Statuses in the order nobody, city, own, other, firm, auditor, sysadmin, auditadmin.
var (
	pageEverybody = everybody{303, 200, 200, 200, 200, 200, 200, 200}
	pageLog       = everybody{303, 403, 403, 403, 403, 403, 403, 200, 403}
	pageManaged   = everybody{303, 303, 403, 403, 403, 403, 303, 403} // an act on an account that the system administrator may change too
	pageAbove     = everybody{303, 409, 403, 403, 403, 403, 403, 403} // the city's own account: not by itself, and above the system administrator
	apiEverybody  = everybody{401, 200, 200, 200, 200, 200, 200, 200}
	apiLog        = everybody{401, 403, 403, 403, 403, 403, 403, 200, 403}
)

func accountPages() []ask {
	return []ask{
		{of: "GET /users", what: "all", path: "/users", shows: desks, want: pageDesks},
		{of: "GET /users", what: "of one state, sorted, below a unit", path: "/users?state=pending&sort=-seen&under=丹阳市总工会", shows: desks, want: pageDesks},
		{of: "GET /users", what: "below a unit that is not there", path: "/users?under=无此单位", shows: desks, want: everybody{303, 422, 403, 403, 403, 403, 422, 403}},
		{of: "GET /users", what: "a guessed key of a page", path: "/users?after={user}", shows: desks, want: pageDesks},
		{of: "GET /users.csv", what: "all", path: "/users.csv", shows: desks, want: pageDesks},
		{of: "GET /users.xlsx", what: "of one role", path: "/users.xlsx?role=district", shows: desks, want: pageDesks},
		{of: "GET /users/new", what: "the form", path: "/users/new", want: pageDesks},
		{of: "POST /users", what: "without a name", path: "/users", form: "login=neu&role=district&site=http://127.0.0.1&unit=丹阳市总工会", want: everybody{303, 422, 403, 403, 403, 403, 422, 403}},
		{of: "POST /users", what: "a role above", path: "/users", form: "login=neu&name=新人&role=auditadmin&site=http://127.0.0.1&unit=丹阳市总工会", want: everybody{303, 422, 403, 403, 403, 403, 403, 403}},
		{of: "GET /users/lock", what: "the question about one of Danyang", path: "/users/lock?user={user}", shows: desks, want: pageDesks},
		{of: "POST /users/lock", what: "nobody", path: "/users/lock", want: everybody{303, 422, 403, 403, 403, 403, 422, 403}},
		{of: "POST /users/lock", what: "nobody's", path: "/users/lock", form: "user=4711", want: everybody{303, 404, 403, 403, 403, 403, 404, 403}},
		{of: "GET /users/{id}", what: "of Danyang", path: "/users/{user}", shows: desks, want: pageDesks},
		{of: "GET /users/{id}", what: "nobody's", path: "/users/4711", want: everybody{303, 404, 403, 403, 403, 403, 404, 403}},
		{of: "GET /users/{id}/{act}", what: "the question before it is locked", path: "/users/{user}/lock", shows: desks, want: pageDesks},
		{of: "GET /users/{id}/{act}", what: "the form that changes it", path: "/users/{user}/set", shows: desks, want: pageDesks},
		{of: "GET /users/{id}/{act}", what: "the question about the city's own", path: "/users/{city}/close", want: everybody{303, 403, 403, 403, 403, 403, 403, 403}},
		{of: "GET /users/{id}/{act}", what: "an act that is none", path: "/users/{user}/promote", want: everybody{303, 404, 403, 403, 403, 403, 404, 403}},
		{of: "POST /users/{id}/{act}", what: "end its sessions", path: "/users/{user}/sessions", want: pageManaged},
		{of: "POST /users/{id}/{act}", what: "lock it", path: "/users/{user}/lock", want: pageManaged},
		{of: "POST /users/{id}/{act}", what: "unlock it", path: "/users/{user}/unlock", want: pageManaged},
		{of: "POST /users/{id}/{act}", what: "give it a role above", path: "/users/{user}/set", form: "name=x&role=city&unit=丹阳市总工会", want: everybody{303, 422, 403, 403, 403, 403, 403, 403}},
		{of: "POST /users/{id}/{act}", what: "close the city's own", path: "/users/{city}/close", want: pageAbove},
		{of: "POST /users/{id}/{act}", what: "a slip for the city's own", path: "/users/{city}/slip", form: "site=http://127.0.0.1", want: pageAbove},
		{of: "POST /users/{id}/{act}", what: "a password for the city's own", path: "/users/{city}/password", want: pageAbove},
		{of: "POST /users/{id}/{act}", what: "an act that is none", path: "/users/{user}/promote", want: everybody{303, 404, 403, 403, 403, 403, 404, 403}},
		{of: "GET /users/{id}/tokens/{token}/revoke", what: "the question", path: "/users/{user}/tokens/{token}/revoke", shows: desks, want: pageDesks},
		{of: "POST /users/{id}/tokens/{token}/revoke", what: "as if it were the city's", path: "/users/{city}/tokens/{token}/revoke", want: everybody{303, 404, 403, 403, 403, 403, 403, 403}},
		{of: "GET /roles", what: "the table", path: "/roles", want: pageEverybody},
		{of: "GET /tokens", what: "one's own", path: "/tokens", want: pageEverybody},
		{of: "POST /tokens", what: "without rights", path: "/tokens", form: "name=x&until=2023-05-01", want: everybody{303, 422, 422, 422, 422, 422, 422, 422}},
		{of: "GET /tokens/{token}/revoke", what: "another's", path: "/tokens/{token}/revoke", want: everybody{303, 404, 404, 404, 404, 404, 404, 404}},
		{of: "POST /tokens/{token}/revoke", what: "another's", path: "/tokens/{token}/revoke", want: everybody{303, 404, 404, 404, 404, 404, 404, 404}},
		{of: "GET /audit", what: "all", path: "/audit", shows: ids, want: pageLog},
		{of: "GET /audit", what: "about a person of Danyang", path: "/audit?kind=worker&id={worker}", shows: ids, want: pageLog},
		{of: "GET /audit", what: "by an account that is not there", path: "/audit?who=stranger", shows: ids, want: everybody{303, 403, 403, 403, 403, 403, 403, 422, 403}},
		{of: "GET /audit.csv", what: "all", path: "/audit.csv", shows: ids, want: pageLog},
		{of: "GET /audit.xlsx", what: "what was turned away", path: "/audit.xlsx?outcome=refused", shows: ids, want: pageLog},
		{of: "POST /audit/verify", what: "from the first entry", path: "/audit/verify", form: "anew=1", want: everybody{303, 403, 403, 403, 403, 403, 403, 303, 403}},
	}
}

func accountOperations() []ask {
	managed := everybody{401, 200, 403, 403, 403, 403, 200, 403}
	above := everybody{401, 409, 403, 403, 403, 403, 403, 403}
	return []ask{
		{of: "GET /api/v1/users", what: "all", path: "/api/v1/users?limit=500", shows: desks, want: apiDesks},
		{of: "POST /api/v1/users/lock", what: "nobody's", path: "/api/v1/users/lock", json: `{"users":["4711"]}`, want: everybody{401, 404, 403, 403, 403, 403, 404, 403}},
		{of: "GET /api/v1/users", what: "below a unit", path: "/api/v1/users?under={unit}&state=active&sort=-created", shows: desks, want: apiDesks},
		{of: "GET /api/v1/users", what: "an order that is not offered", path: "/api/v1/users?sort=hash", want: everybody{401, 422, 403, 403, 403, 403, 422, 403}},
		{of: "POST /api/v1/users", what: "without a name", path: "/api/v1/users", json: `{"login":"neu","name":"","role":"district","unit":"{unit}"}`, want: everybody{401, 422, 403, 403, 403, 403, 422, 403}},
		{of: "GET /api/v1/users/{id}", what: "of Danyang", path: "/api/v1/users/{user}", shows: desks, want: apiDesks},
		{of: "POST /api/v1/users/{id}/set", what: "give it a role above", path: "/api/v1/users/{user}/set", json: `{"role":"city","unit":"{unit}"}`, want: everybody{401, 422, 403, 403, 403, 403, 403, 403}},
		{of: "POST /api/v1/users/{id}/lock", what: "lock it", path: "/api/v1/users/{user}/lock", shows: desks, want: managed},
		{of: "POST /api/v1/users/{id}/unlock", what: "unlock it", path: "/api/v1/users/{user}/unlock", shows: desks, want: managed},
		{of: "POST /api/v1/users/{id}/sessions-end", what: "end its sessions", path: "/api/v1/users/{user}/sessions-end", shows: desks, want: managed},
		{of: "POST /api/v1/users/{id}/close", what: "the city's own", path: "/api/v1/users/{city}/close", want: above},
		{of: "POST /api/v1/users/{id}/slip", what: "for the city's own", path: "/api/v1/users/{city}/slip", want: above},
		{of: "POST /api/v1/users/{id}/password", what: "for the city's own", path: "/api/v1/users/{city}/password", want: above},
		{of: "DELETE /api/v1/users/{id}/tokens/{token}", what: "as if it were the city's", path: "/api/v1/users/{city}/tokens/{token}", want: everybody{401, 404, 403, 403, 403, 403, 403, 403}},
		{of: "GET /api/v1/roles", what: "the table", path: "/api/v1/roles", want: apiEverybody},
		{of: "GET /api/v1/me/tokens", what: "one's own", path: "/api/v1/me/tokens", want: apiEverybody},
		{of: "POST /api/v1/me/tokens", what: "with every right there is", path: "/api/v1/me/tokens", json: `{"name":"x","until":"2023-05-01","rights":["user.manage","audit.read"]}`, want: everybody{401, 422, 422, 422, 422, 422, 422, 422}},
		{of: "DELETE /api/v1/me/tokens/{token}", what: "another's", path: "/api/v1/me/tokens/{token}", want: everybody{401, 404, 404, 404, 404, 404, 404, 404}},
		{of: "GET /api/v1/audit", what: "all", path: "/api/v1/audit?limit=500", shows: ids, want: apiLog},
		{of: "GET /api/v1/audit", what: "about a person of Danyang", path: "/api/v1/audit?kind=worker&about={worker}", shows: ids, want: apiLog},
		{of: "GET /api/v1/audit/chain", what: "how it stands", path: "/api/v1/audit/chain", want: apiLog},
		{of: "POST /api/v1/audit/verify", what: "on", path: "/api/v1/audit/verify", json: `{}`, want: apiLog},
		{of: "POST /api/v1/exports/{list}", what: "users", path: "/api/v1/exports/users", json: `{"format":"csv"}`, shows: desks, want: apiDesks},
		{of: "POST /api/v1/exports/{list}", what: "the audit log about a person", path: "/api/v1/exports/audit", json: `{"format":"csv","subject":"worker:{worker}"}`, shows: ids, want: apiLog},
	}
}

// allCases are the cases of every address.
func allCases() []ask {
	return slices.Concat(pageCases(), returnPages(), duplicatePages(), accountPages(), apiCases(), returnOperations(), duplicateOperations(), conflictCases(), accountOperations(), ownPages(), ownOperations())
}

// Every operation is asked with a token of the city that holds one right over nothing (to see sealed blocks): it answers
// what that right opens and what needs none, and turns the rest away before anything is told. One that is over, revoked
// or unknown opens nothing at all, and no token opens a page.
func TestTokens_open_no_more_than_they_hold(t *testing.T) {
	f := newFixture(t)
	_, few := f.tokenOf(t, world.City, "", account.BlockRead)
	revokedID, revoked := f.tokenOf(t, world.City, "", account.FigureRead)
	if err := f.Accounts.RevokeToken(t.Context(), f.Actor(t, world.City), f.Actor(t, world.City).UserID, revokedID); err != nil {
		t.Fatal(err)
	}
	secrets := f.secrets()
	turned := 0
	for _, a := range slices.Concat(apiCases(), returnOperations(), duplicateOperations(), conflictCases(), accountOperations(), ownOperations()) {
		if !strings.Contains(a.of, " /api/") || a.want[nobody] != http.StatusUnauthorized || strings.HasPrefix(a.of, "POST /api/v1/session") || strings.HasPrefix(a.of, "POST /api/v1/activation") || a.of == "POST /api/v1/me/activation" {
			continue
		}
		for name, key := range map[string]string{"revoked": revoked, "unknown": "tuoxing_" + strings.Repeat("A", 43)} {
			if answer, _ := f.sendAs(t, a, f.Client(t, "").As(key)); answer.Status != http.StatusUnauthorized {
				t.Errorf("%s (%s) with a token that is %s: status %d", a.of, a.what, name, answer.Status)
			}
		}
		answer, asked := f.sendAs(t, a, f.Client(t, "").As(few))
		free := strings.Contains(a.of, "/api/v1/blocks") || strings.Contains(a.path, "/exports/blocks") || slices.Contains([]string{"GET /api/v1/me", "DELETE /api/v1/session", "GET /api/v1/roles", "GET /api/v1/purposes"}, a.of)
		if free != (answer.Status < 300) || !free && answer.Status != http.StatusForbidden {
			t.Errorf("%s (%s) with a token of one right: status %d: %.200s", a.of, a.what, answer.Status, answer.Body)
		}
		if !free {
			turned++
		}
		text := content(t, answer)
		for _, s := range secrets {
			if strings.Contains(text, s.text) && !strings.Contains(asked, s.text) {
				t.Errorf("%s (%s) with a token of one right holds %s %s", a.of, a.what, s.what, s.text)
			}
		}
	}
	if turned < 50 {
		t.Errorf("only %d operations turned the token away", turned)
	}
	if a := f.Client(t, "").As(few).Get("/blocks"); a.Status != http.StatusSeeOther {
		t.Errorf("a page with a token: status %d", a.Status)
	}
	f.SetClock(f.DB.Now().AddDate(0, 0, 31))
	a := f.Client(t, "").As(few).Get("/api/v1/blocks")
	if a.Status != http.StatusUnauthorized || !strings.Contains(string(a.Body), "account.token_expired") {
		t.Errorf("after its last day: %d %s", a.Status, a.Body)
	}
}

// A token of the city that is narrowed to Danyang sees what Danyang sees and nothing else.
func TestTokens_see_no_more_than_their_unit(t *testing.T) {
	f := newFixture(t)
	_, key := f.tokenOf(t, world.City, "丹阳市总工会", account.City.Rights()...)
	c := f.Client(t, "").As(key)
	for _, a := range slices.Concat(apiCases(), returnOperations(), duplicateOperations(), conflictCases()) {
		if !strings.HasPrefix(a.of, "GET /api/") || a.want[nobody] != http.StatusUnauthorized {
			continue
		}
		answer, asked := f.sendAs(t, a, c)
		text := content(t, answer)
		for _, s := range f.secrets() {
			if !a.mayHold(s, own) && strings.Contains(text, s.text) && !strings.Contains(asked, s.text) {
				t.Errorf("%s (%s): status %d holds %s %s", a.of, a.what, answer.Status, s.what, s.text)
			}
		}
	}
	if a := c.Get("/api/v1/workers?limit=500"); !strings.Contains(string(a.Body), "逄立恒") {
		t.Errorf("it does not see its own: %.200s", a.Body)
	}
}

// What the log holds has words in both languages, and every act that the cases left in it is listed.
func knownActs(t *testing.T, f *fixture) {
	ctx := context.Background()
	err := f.DB.ReadTx(ctx, func(tx *db.Tx) error {
		return tx.Query(ctx, `SELECT DISTINCT action FROM audit_entry`, nil, func(r db.Scanner) error {
			var name string
			if err := r.Scan(&name); err != nil {
				return err
			}
			if !audit.Known(name) {
				t.Errorf("%s is noted and not listed in audit.Acts", name)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range audit.Acts {
		for _, lang := range locale.Langs {
			if !locale.New(lang).Has(a.Key()) {
				t.Errorf("%s has no words in %s", a.Name, lang)
			}
		}
	}
}
