package registry

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
)

// noticeWords is raised when the words around the register in the notice (告知书) change their meaning: rights, who answers, to whom one turns.
const noticeWords = 1

// noticeText is what the notice says beside its fixed words: the purpose register without the names of columns.
var noticeText = sync.OnceValue(func() []byte {
	reg := intake.Register()
	reg.Fields = slices.Clone(reg.Fields)
	for i := range reg.Fields {
		reg.Fields[i].Columns, reg.Fields[i].Stored = nil, nil
	}
	text, err := json.Marshal(struct {
		Words     int              `json:"words"`
		Fields    []intake.Purpose `json:"fields"`
		NoPurpose []string         `json:"no_purpose"`
	}{noticeWords, reg.Fields, reg.NoPurpose})
	if err != nil { // strings alone
		panic(err)
	}
	return text
})

// NoticeVersion names the notice in force by what it says: eight hexadecimal digits of its SM3. A register that says something else is another
// notice, and everybody is told again (个人信息保护法 article 17).
var NoticeVersion = sync.OnceValue(func() string {
	sum := sm3.Sum(noticeText())
	return hex.EncodeToString(sum[:4])
})

// Notice is what a worker is told before anything else: what is held and why, who may look, for how long, and which rights there are.
type Notice struct {
	Version  string           `json:"version"`
	Register intake.Purposes  `json:"register"`
	Accepted time.Time        `json:"accepted,omitzero"` // when the person read this version; zero: not yet
	Earlier  []AcceptedNotice `json:"earlier"`           // versions read before, oldest first
}

// AcceptedNotice is a version that the person has read.
type AcceptedNotice struct {
	Version string    `json:"version"`
	At      time.Time `json:"at"`
}

// OwnNotice gives the notice in force to a worker who is logged in.
func (s *Service) OwnNotice(ctx context.Context, who account.Actor) (n Notice, err error) {
	n = Notice{Version: NoticeVersion(), Register: intake.Register(), Earlier: []AcceptedNotice{}}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		_, files, err := s.ownUnread(ctx, tx, who)
		if err != nil {
			return err
		}
		return eachNotice(ctx, tx, files, func(a AcceptedNotice) {
			if a.Version != n.Version {
				n.Earlier = append(n.Earlier, a)
			} else if n.Accepted.IsZero() {
				n.Accepted = a.At
			}
		})
	})
	return n, err
}

// AcceptNotice keeps that the worker has read a version of the notice, with its time and its text. Conflict when it is not the one in force.
func (s *Service) AcceptNotice(ctx context.Context, who account.Actor, version string) error {
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		w, files, err := s.ownUnread(ctx, tx, who)
		if err != nil {
			return err
		}
		if version != NoticeVersion() {
			return conflict("registry.notice_changed")
		}
		if err := s.takeFiles(ctx, tx, anywhere, w); err != nil {
			return err
		}
		read, err := noticesOf(ctx, tx, files)
		if err != nil || !read[version].IsZero() {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO registry_notice_text (notice, text, first_at) VALUES ($1, $2, $3) ON CONFLICT (notice) DO NOTHING`, version, string(noticeText()), db.At(tx.Now())); err != nil {
			return fmt.Errorf("keep the notice: %w", err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO registry_notice (worker_id, id, notice, accepted_at) VALUES ($1, $2, $3, $4)`, int64(w), tx.NewID(), version, db.At(tx.Now())); err != nil {
			return fmt.Errorf("accept the notice: %w", err)
		}
		return audit.Add(ctx, tx, who.UserID, "own.notice", w.String(), map[string]any{"version": version})
	})
}

func eachNotice(ctx context.Context, tx *db.Tx, files []WorkerID, fn func(AcceptedNotice)) error {
	list, args := in(1, files)
	err := tx.Query(ctx, `SELECT notice, accepted_at FROM registry_notice WHERE worker_id IN `+list+` ORDER BY accepted_at, id`, args, func(row db.Scanner) error {
		var a AcceptedNotice
		var at db.Time
		err := row.Scan(&a.Version, &at)
		a.At = at.Time
		fn(a)
		return err
	})
	if err != nil {
		return fmt.Errorf("read notices: %w", err)
	}
	return nil
}

// noticesOf gives the versions that a person has read, with the first time.
func noticesOf(ctx context.Context, tx *db.Tx, files []WorkerID) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	err := eachNotice(ctx, tx, files, func(a AcceptedNotice) {
		if out[a.Version].IsZero() {
			out[a.Version] = a.At
		}
	})
	return out, err
}

// ConsentKind is what a separate consent (单独同意) is for. Its words are registry.consent_<kind> and registry.consent_<kind>_why.
type ConsentKind string

// The kinds.
const (
	ConsentBank   ConsentKind = "bank_account"   // 银行账户, for payments to the person
	ConsentPhoto  ConsentKind = "photo"          // 照片, for papers and badges
	ConsentPublic ConsentKind = "public_display" // 公开展示, of honours with name and unit
)

// ConsentKinds lists the kinds.
var ConsentKinds = []ConsentKind{ConsentBank, ConsentPhoto, ConsentPublic}

// Consent is one separate consent of a person. None is given by default, and each may be withdrawn at any time.
type Consent struct {
	Kind    ConsentKind   `json:"kind"`
	Given   bool          `json:"given"`
	History []ConsentSaid `json:"history"` // oldest first
}

// ConsentSaid is one time that a consent was given or withdrawn.
type ConsentSaid struct {
	Given bool      `json:"given"`
	At    time.Time `json:"at"`
}

// OwnConsents lists the separate consents of a worker, each with its history.
func (s *Service) OwnConsents(ctx context.Context, who account.Actor) (list []Consent, err error) {
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		_, files, err := s.own(ctx, tx, who)
		if err != nil {
			return err
		}
		list, err = consentsOf(ctx, tx, files)
		return err
	})
	return list, err
}

func consentsOf(ctx context.Context, tx *db.Tx, files []WorkerID) ([]Consent, error) {
	out, at := make([]Consent, len(ConsentKinds)), map[ConsentKind]int{}
	for i, k := range ConsentKinds {
		out[i], at[k] = Consent{Kind: k, History: []ConsentSaid{}}, i
	}
	list, args := in(1, files)
	err := tx.Query(ctx, `SELECT kind, given, said_at FROM registry_consent WHERE worker_id IN `+list+` ORDER BY said_at, id`, args, func(row db.Scanner) error {
		var kind ConsentKind
		var said ConsentSaid
		var when db.Time
		if err := row.Scan((*string)(&kind), &said.Given, &when); err != nil {
			return err
		}
		said.At = when.Time
		c := &out[at[kind]]
		c.Given, c.History = said.Given, append(c.History, said)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	return out, nil
}

// SayConsent gives or withdraws a separate consent. Saying what holds already changes nothing.
func (s *Service) SayConsent(ctx context.Context, who account.Actor, kind ConsentKind, given bool) error {
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		w, files, err := s.own(ctx, tx, who)
		if err != nil {
			return err
		}
		if err := s.takeFiles(ctx, tx, anywhere, w); err != nil {
			return err
		}
		list, err := consentsOf(ctx, tx, files)
		if err != nil {
			return err
		}
		for _, c := range list {
			if c.Kind != kind {
				continue
			}
			if c.Given == given {
				return nil
			}
			if _, err := tx.Exec(ctx, `INSERT INTO registry_consent (worker_id, id, kind, given, said_at) VALUES ($1, $2, $3, $4, $5)`, int64(w), tx.NewID(), string(kind), given, db.At(tx.Now())); err != nil {
				return fmt.Errorf("keep consent: %w", err)
			}
			return audit.Add(ctx, tx, who.UserID, "own.consent", w.String(), map[string]any{"kind": string(kind), "given": given})
		}
		var c fault.Check
		c.Add("kind", "registry.consent_unknown", string(kind))
		return c.Err()
	})
}
