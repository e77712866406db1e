package account

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
)

// LogFilter chooses entries of the audit log as a reader asks for them. Zero fields do not filter.
type LogFilter struct {
	Who      string // login or id of a user; NobodyWord: nobody was logged in, or the operator
	Act      string // one action
	Kind     string // of the subject: one of audit.Kinds
	ID       string // of the subject
	Outcome  string // one of Outcomes
	From, To date.Day
	After    int64 // id of the last entry of the page before
	Limit    int   // 1–1000; 0 = 100
}

// NobodyWord asks for what was done without a user.
const NobodyWord = "operator"

// Outcomes are what a reader may ask of how an attempt ended.
var Outcomes = []string{"done", "refused"}

// LogLine is an entry with the names of users beside their ids. People and units stand under their bare ids: who reads
// the log sees no business data.
type LogLine struct {
	audit.Entry
	Kind, ID    string // of the subject
	Login, Name string // of who did it
	About       string // login of the user that the entry is about
}

// Log is one page of the audit log.
type Log struct {
	Lines []LogLine
	Total int // exact up to audit.Counted; one more stands for more
	Chain audit.Chain
}

// ReadLog gives a page of the audit log, newest first, and how the chain stands. The search is itself noted, once for
// its first page.
func (s *Service) ReadLog(ctx context.Context, who Actor, f LogFilter) (out Log, err error) {
	if err := who.Must(AuditRead); err != nil {
		return out, err
	}
	if f.After == 0 {
		if err := s.noteSearch(ctx, who, f); err != nil {
			return out, err
		}
	}
	err = s.db.ReadTx(ctx, func(tx *db.Tx) error {
		af, err := s.ChooseLog(ctx, tx, who, f)
		if err != nil {
			return err
		}
		if f.After != 0 {
			af.Before, err = audit.KeyOf(ctx, tx, f.After)
			if fault.Is(err, fault.NotFound) {
				return fault.New(fault.Invalid, "listing.after_gone")
			}
			if err != nil {
				return err
			}
		}
		list, total, err := audit.List(ctx, tx, af)
		if err != nil {
			return err
		}
		out.Total = total
		if out.Chain, err = audit.State(ctx, tx); err != nil {
			return err
		}
		out.Lines, err = named(ctx, tx, list)
		return err
	})
	return out, err
}

// noteSearch notes that somebody searched the log, and by what.
func (s *Service) noteSearch(ctx context.Context, who Actor, f LogFilter) error {
	var words []string
	for name, known := range map[string]bool{f.Act: audit.Known(f.Act), f.Kind: slices.Contains(audit.Kinds, f.Kind), f.Outcome: slices.Contains(Outcomes, f.Outcome)} {
		if known {
			words = append(words, name)
		}
	}
	slices.Sort(words)
	detail := map[string]any{"by": strings.Join(words, " "), "of_user": f.Who != "", "of_id": f.ID != ""} // what was typed may be a number of a person
	return audit.Read(ctx, s.db, who.UserID, "audit.list", "", detail)
}

// ChooseLog turns what a reader asks for into what the log is read by. A user or a word that is not there is told.
func (s *Service) ChooseLog(ctx context.Context, tx *db.Tx, who Actor, f LogFilter) (out audit.Filter, err error) {
	if err := who.Must(AuditRead); err != nil {
		return out, err
	}
	out = audit.Filter{From: f.From, To: f.To, Limit: f.Limit, Action: f.Act}
	var c fault.Check
	if err := chooseWho(ctx, tx, &c, f.Who, &out); err != nil {
		return out, err
	}
	if f.Act != "" && !audit.Known(f.Act) {
		c.Add("act", "audit.act_unknown", f.Act, strings.Join(audit.Like(f.Act), "、"))
	}
	listing.OneOf(&c, "kind", f.Kind, audit.Kinds)
	if f.Outcome != "" && !slices.Contains(Outcomes, f.Outcome) {
		c.Add("outcome", "audit.outcome_unknown", f.Outcome)
	}
	if f.From != 0 && f.To != 0 && f.From > f.To {
		c.Add("to", "audit.days_turned")
	}
	if f.ID != "" {
		out.Subjects = subjectsOf(f.Kind, f.ID)
	}
	for _, a := range audit.Acts {
		switch fits := f.Kind == "" || a.Kind == f.Kind; {
		case f.Outcome == "refused" && a.Failed && fits, f.Outcome == "done" && !a.Failed && fits && f.Kind != "", f.Outcome == "" && fits && f.Kind != "":
			out.Actions = append(out.Actions, a.Name)
		case f.Outcome == "done" && a.Failed && f.Kind == "":
			out.Without = append(out.Without, a.Name)
		}
	}
	if f.Outcome == "refused" && f.Kind != "" && len(out.Actions) == 0 {
		out.Actions = []string{"-"} // nothing of this kind is ever turned away, and no act is called so
	}
	return out, c.Err()
}

// subjectsOf are the ways in which a subject with this id is written, see audit.Entry.About.
func subjectsOf(kind, id string) (out []string) {
	out = []string{id}
	for _, k := range audit.Kinds {
		if kind == "" || kind == k {
			out = append(out, k+":"+id)
		}
	}
	return out
}

func chooseWho(ctx context.Context, tx *db.Tx, c *fault.Check, who string, out *audit.Filter) error {
	who = strings.TrimSpace(who)
	switch id, err := strconv.ParseInt(who, 10, 64); {
	case who == "":
		return nil
	case who == NobodyWord:
		out.ByUser = true
		return nil
	case err == nil && id > 0:
		out.User = id
		return nil
	}
	err := tx.QueryRow(ctx, `SELECT user_id FROM account_user WHERE login_fold = $1`, []any{cn.Fold(who)}, &out.User)
	if fault.Is(err, fault.NotFound) {
		c.Add("who", "audit.who_unknown", who)
		return nil
	}
	return err
}

// named puts the names of users beside their ids.
func named(ctx context.Context, tx *db.Tx, list []audit.Entry) ([]LogLine, error) {
	out := make([]LogLine, len(list))
	seen := map[int64][2]string{}
	for i, e := range list {
		x := LogLine{Entry: e}
		x.Kind, x.ID = e.About()
		out[i] = x
		seen[e.User] = [2]string{}
		if id, err := strconv.ParseInt(x.ID, 10, 64); err == nil && x.Kind == "user" {
			seen[id] = [2]string{}
		}
	}
	ids := make([]int64, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	for part := range slices.Chunk(ids, namesAtOnce) {
		err := tx.Query(ctx, `SELECT user_id, login, name FROM account_user WHERE user_id IN `+db.In(1, len(part)), db.Args(part), func(r db.Scanner) error {
			var id int64
			var login, name string
			err := r.Scan(&id, &login, &name)
			seen[id] = [2]string{login, name}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("names of users: %w", err)
		}
	}
	for i := range out {
		x := &out[i]
		x.Login, x.Name = seen[x.User][0], seen[x.User][1]
		if id, err := strconv.ParseInt(x.ID, 10, 64); err == nil && x.Kind == "user" {
			x.About = seen[id][0]
		}
	}
	return out, nil
}

// namesAtOnce bounds the parameters of one statement.
const namesAtOnce = 200

// CheckLog compares the next part of the log with what was sealed, see audit.Check. It is itself noted.
func (s *Service) CheckLog(ctx context.Context, who Actor, anew bool) (audit.Chain, error) {
	if err := who.Must(AuditRead); err != nil {
		return audit.Chain{}, err
	}
	if err := audit.Read(ctx, s.db, who.UserID, "audit.verify", "", map[string]any{"anew": anew}); err != nil {
		return audit.Chain{}, err
	}
	return audit.Check(ctx, s.db, anew)
}

// LogState tells how the chain of the log stands.
func (s *Service) LogState(ctx context.Context, who Actor) (c audit.Chain, err error) {
	if err := who.Must(AuditRead); err != nil {
		return c, err
	}
	err = s.db.ReadTx(ctx, func(tx *db.Tx) error {
		c, err = audit.State(ctx, tx)
		return err
	})
	return c, err
}
