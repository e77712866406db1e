package account

import (
	"context"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
	"tuoxing/internal/testkit"
)

// An unknown login must cost what a known one costs. Times cannot be compared on a busy machine;
// that both wait for a slot to hash in can.
func TestLogin_hashes_for_an_unknown_user_too(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	s := New(d, &org.Service{})
	if err := d.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := s.CreateFirst(t.Context(), tx, "admin", "Tuoxing-2023")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for range hashesAtOnce {
		s.slots <- struct{}{}
	}
	for _, login := range []string{"admin", "nobody"} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		_, _, err := s.Login(ctx, login, "Wrong-password-1", "")
		cancel()
		if f, ok := fault.As(err); !ok || f.Key != "account.busy" {
			t.Errorf("%s did not wait for a slot: %v", login, err)
		}
	}
	for range hashesAtOnce {
		<-s.slots
	}
	for _, login := range []string{"admin", "nobody"} {
		if _, _, err := s.Login(t.Context(), login, "Wrong-password-1", ""); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", login, err)
		}
	}
}

func TestMatches_is_never_true_without_a_hash(t *testing.T) {
	t.Parallel()
	s := New(nil, nil)
	for _, password := range []string{"", "Tuoxing-2023"} {
		if ok, err := s.matches(t.Context(), "", password); ok || err != nil {
			t.Errorf("no hash matches %q (%v)", password, err)
		}
	}
	hash, err := s.hash(t.Context(), "Tuoxing-2023")
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{"Tuoxing-2023": true, "tuoxing-2023": false, "": false} {
		if ok, err := s.matches(t.Context(), hash, password); ok != want || err != nil {
			t.Errorf("%q matches: %v (%v)", password, ok, err)
		}
	}
	for _, bad := range []string{"plain", "$argon2i$v=19$m=1,t=1,p=1$AA$AA", "$argon2id$v=19$m=x$AA$AA", "$argon2id$v=19$m=1,t=0,p=1$AA$AA", "$argon2id$v=19$m=1,t=1,p=1$!$AA"} {
		if _, err := s.matches(t.Context(), bad, "x"); err == nil {
			t.Errorf("%s was read as a hash", bad)
		}
	}
}

func TestInitialPassword_holds_the_rules(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		p, err := initialPassword()
		if err != nil {
			t.Fatal(err)
		}
		var c fault.Check
		checkPassword(&c, "password", "admin", p)
		if c.Err() != nil || seen[p] || strings.ContainsAny(p, "0O1lIo ") {
			t.Errorf("initial password %s: %v", p, c.Err())
		}
		seen[p] = true
	}
}
