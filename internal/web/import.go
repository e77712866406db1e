package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
	intakepage "tuoxing/internal/web/page/intake"
	"tuoxing/internal/web/part"
)

// What the page of an import lists at most; the reject workbook and the files hold all.
const (
	firstProblems = 20
	mostLeavers   = 200
	mostCodes     = 2000 // rows looked through for credit codes to confirm
)

// found is an import that the reader sees.
type found struct {
	id     intake.ImportID
	viewer intake.Viewer
	report intake.Report
}

// findImport finds the import that the address names.
func (s *Server) findImport(r *http.Request) (found, error) {
	var f found
	if err := f.id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return f, err
	}
	var err error
	if f.viewer, err = s.viewer(r); err != nil {
		return f, err
	}
	f.report, err = s.Intake.Find(r.Context(), f.viewer, f.id)
	return f, err
}

// waitFor is how long a page waits for ordered work to begin before it shows again what can be
// done: the queue looks for work several times a second, but may be busy with other files.
const waitFor = time.Minute

// ordered is the address of an import's page just after work was ordered: for a while it waits
// for the import to leave the stage at which it stands.
func (s *Server) ordered(f found) string {
	return importURL(f.id) + "?at=" + stageOf(f.report) + "&until=" + strconv.FormatInt(s.Now().Add(waitFor).Unix(), 10)
}

// stageOf changes when ordered work is done.
func stageOf(x intake.Report) string {
	switch {
	case x.UndoTrial != nil:
		return string(x.State) + ".undo" + strconv.FormatInt(x.UndoTrial.At.UnixNano(), 36)
	case x.Tried:
		return string(x.State) + ".tried"
	}
	return string(x.State)
}

// waiting reports whether ordered work has not begun yet; late, that it should have.
func (s *Server) waiting(r *http.Request, x intake.Report) (yes, late bool) {
	until, err := strconv.ParseInt(r.URL.Query().Get("until"), 10, 64)
	if err != nil || r.URL.Query().Get("at") != stageOf(x) || x.Running != nil {
		return false, false
	}
	now := s.Now()
	return now.Unix() < until && until <= now.Add(waitFor).Unix(), now.Unix() >= until
}

// getImport shows one import wherever it is on its way.
func (s *Server) getImport(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findImport(r)
	if err != nil {
		return err
	}
	return s.showImport(w, r, f, http.StatusOK, nil)
}

func (s *Server) showImport(w http.ResponseWriter, r *http.Request, f found, status int, faults []part.Problem) error {
	p, err := s.importPage(r, f)
	if err != nil {
		return err
	}
	p.Faults = faults
	if p.Leavers != nil {
		p.Leavers.Typed = r.PostFormValue("confirm_absent")
	}
	return s.render(w, r, status, intakepage.Show(p))
}

// importPage prints an import.
func (s *Server) importPage(r *http.Request, f found) (intakepage.Page, error) {
	x, who, b := f.report, visitOf(r).actor, s.base(r)
	b.Path = importURL(f.id)
	names, err := s.userNames(r.Context(), b, x.By)
	if err != nil {
		return intakepage.Page{}, err
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return intakepage.Page{}, err
	}
	p := intakepage.Page{
		Base: b, ID: f.id.String(), File: x.Name, Kind: kindWord(b, x.Kind), Unit: unitWord(b, t, x.Unit, date.On(s.Now())), By: names[x.By], At: receivedAt(x),
		SHA256: x.SHA256, On: asOf(x), Full: x.Full, TakesFull: s.takesFull(x.Kind), State: stateOf(x), Counts: countsOf(x.Counts), Tried: x.Tried,
		CanApply: may(who, account.ImportWrite), CanUndo: may(who, account.ImportUndo), Why: x.Why, Today: date.On(s.Now()).String(),
	}
	if p.Work = s.workOf(r, b, x); p.Work != nil {
		p.Idle = x.Running == nil && x.State != intake.Staged && x.State != intake.Applied
		return p, nil
	}
	_, p.Late = s.waiting(r, x)
	if x.Failure != nil {
		p.Failure = b.T(x.Failure.Key, x.Failure.Args...)
		if x.Failure.Fix != "" {
			p.Fix = b.T(x.Failure.Fix)
		}
	}
	if x.Unmapped() || x.State == intake.Staged {
		p.Columns = importURL(f.id, "columns")
	}
	if x.Earlier != 0 {
		p.Earlier = &part.Link{Label: b.T("web_intake.earlier_open"), Href: importURL(x.Earlier)}
	}
	if x.Counts.Refused > 0 && x.State != intake.Undone {
		p.Rejects = importURL(f.id, "rejects")
	}
	s.understood(&p, x)
	for i, sh := range x.Sheets {
		if p.Sheets[i].Read, err = s.remembered(r, b, f, sh.Sheet, sh.Mapping); err != nil {
			return p, err
		}
	}
	return p, s.details(r.Context(), &p, f, who)
}

// workOf is the work under way, or ordered and not begun; nil when there is none.
func (s *Server) workOf(r *http.Request, b part.Base, x intake.Report) *part.Work {
	labels := map[intake.Phase]string{intake.PhaseTrying: "web_intake.work_trying", intake.PhaseApplying: "web_intake.work_applying", intake.PhaseUndoing: "web_intake.work_undoing", intake.PhaseUndoTrial: "web_intake.work_undo_trial"}
	w := &part.Work{Label: b.T("web_intake.work_waiting"), Poll: importURL(x.ID, "progress")}
	if r.URL.RawQuery != "" {
		w.Poll += "?" + r.URL.RawQuery
	}
	switch now := x.Running; {
	case now != nil:
		w.Label = b.T("web_intake.work_reading")
		if key, ok := labels[now.Phase]; ok {
			w.Label = b.T(key)
		}
		w.Done, w.Total = int64(now.Read), int64(max(now.Total, now.Read))
		if now.Total == 0 {
			w.Total = 0
		}
		if spent := s.Now().Sub(now.Since); now.Read > 0 && now.Total > now.Read {
			w.Left = spent * time.Duration(now.Total-now.Read) / time.Duration(now.Read)
		}
		if now.Read > 0 {
			w.Counts = intakepage.CountList(b, countsOf(now.Counts))
		}
	case x.State == intake.Received || x.State == intake.Staging:
	default:
		if yes, _ := s.waiting(r, x); !yes {
			return nil
		}
	}
	return w
}

// understood tells how the sheets were read and what the rules said.
func (s *Server) understood(p *intakepage.Page, x intake.Report) {
	skips := map[string]int{}
	for _, sh := range x.Sheets {
		line := intakepage.Sheet{Name: sh.Name, Header: sh.Header, Rows: int64(sh.Read), Unknown: sh.Unknown, NotKept: sh.NotKept}
		for _, c := range sh.Columns {
			line.Columns = append(line.Columns, part.Pair{Label: c.Heading, Value: c.Title})
		}
		p.Sheets = append(p.Sheets, line)
		for reason, n := range sh.Skipped {
			skips[reason] += n
		}
	}
	for _, reason := range []string{"intake.skip_blank", "intake.skip_total", "intake.skip_header", "intake.skip_footer", "intake.skip_note", "intake.skip_sample", "intake.skip_end"} {
		if skips[reason] > 0 {
			p.Skips = append(p.Skips, intakepage.Skip{Reason: p.T(reason), Rows: int64(skips[reason])})
		}
	}
	target := s.Intake.Targets[x.Kind]
	for _, c := range x.Rules {
		tone, word := toneOf(p.Base, c.Grade)
		p.Rules = append(p.Rules, intakepage.Rule{Code: c.Rule, Text: ruleText(p.Base, target, c.Rule), Column: columnTitle(target, c.Col), Tone: tone, ToneWord: word, Rows: int64(c.Rows)})
	}
}

// toneOf colours what a rule did with a row.
func toneOf(b part.Base, g intake.Grade) (part.Tone, string) {
	switch g {
	case intake.GradeRefuse:
		return part.Bad, b.T("web_intake.tone_refused")
	case intake.GradeWarn:
		return part.Warn, b.T("web_intake.tone_look")
	}
	return part.Info, b.T("web_intake.tone_mended")
}

// ruleText is the sentence that states a rule.
func ruleText(b part.Base, t *intake.Target, code string) string {
	rules := intake.Rules()
	if t != nil {
		rules = slices.Concat(rules, t.Rules)
	}
	for _, r := range rules {
		if r.Code == code {
			return b.T(r.Key)
		}
	}
	return ""
}

// columnTitle is the heading by which reports name a column.
func columnTitle(t *intake.Target, name string) string {
	if t != nil {
		for _, c := range t.Columns {
			if c.Name == name {
				return c.Title
			}
		}
	}
	return ""
}

// details are the parts of the page that another question is asked for: problems, codes, leavers,
// what applying changed.
func (s *Server) details(ctx context.Context, p *intakepage.Page, f found, who account.Actor) error {
	x := f.report
	if len(x.Rules) > 0 && (x.State == intake.Staged || x.State == intake.Applied) {
		if err := s.problems(ctx, p, f); err != nil {
			return err
		}
	}
	if x.State == intake.Staged && x.Full && x.Tried && x.Proposed > 0 {
		p.Leavers = &intakepage.Leavers{Absent: int64(x.Proposed), Standing: int64(x.Standing), NeedsConfirm: x.NeedsConfirm}
	}
	if x.State != intake.Applied {
		return nil
	}
	if x.Proposed > 0 {
		if err := s.proposals(ctx, p, f, who); err != nil {
			return err
		}
	}
	return s.result(ctx, p, x, who)
}

// problems lists the first rows with remarks, and the credit codes that a person may confirm.
func (s *Server) problems(ctx context.Context, p *intakepage.Page, f found) error {
	target, grade, limit := s.Intake.Targets[f.report.Kind], intake.Grade(""), firstProblems
	switch {
	case f.report.Kind == "organisations" && f.report.State == intake.Staged:
		limit = mostCodes
	case f.report.Counts.Refused > 0: // what has to be mended comes before what was
		grade = intake.GradeRefuse
	}
	list, _, err := s.Intake.Problems(ctx, f.viewer, f.id, grade, 0, limit)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b intake.Problem) int { return rank(a.Refused) - rank(b.Refused) })
	for _, row := range list {
		for _, c := range row.Cells {
			for _, m := range c.Remarks {
				if row.Refused && m.Grade != intake.GradeRefuse {
					continue // what has to be mended, not what was
				}
				if len(p.Problems) < firstProblems {
					tone, word := toneOf(p.Base, m.Grade)
					p.Problems = append(p.Problems, intakepage.Problem{Sheet: row.Sheet, Row: row.Line.Row(), Column: columnTitle(target, m.Col), Rule: m.Rule, Text: p.T(m.Key, m.Args...), Tone: tone, ToneWord: word})
				}
			}
		}
	}
	if limit == mostCodes {
		p.Codes = codesOf(p.Base, list)
	}
	return nil
}

func rank(refused bool) int {
	if refused {
		return 0
	}
	return 1
}

// codesOf finds the credit codes whose check digit fails, and those confirmed already.
func codesOf(b part.Base, list []intake.Problem) []intakepage.Code {
	var out []intakepage.Code
	at := map[string]int{}
	for _, row := range list {
		name := ""
		for _, c := range row.Cells {
			if c.Column == "name" {
				name = c.Value
			}
			for _, m := range c.Remarks {
				if m.Key != "cn.credit_checksum" && m.Key != "registry.credit_confirmed" {
					continue
				}
				i, seen := at[c.Value]
				if !seen {
					i, at[c.Value] = len(out), len(out)
					out = append(out, intakepage.Code{Code: c.Value, Name: name, Reason: b.T(m.Key, m.Args...), Confirmed: m.Key == "registry.credit_confirmed"})
				}
				out[i].Rows++
			}
		}
	}
	return out
}

// proposals lists who is absent from a complete roster and waits for a decision.
func (s *Server) proposals(ctx context.Context, p *intakepage.Page, f found, who account.Actor) error {
	list, err := s.Registry.Leavers(ctx, who, f.id)
	if err != nil {
		return err
	}
	l, err := s.Figures.Labels(ctx, asOf(f.report), p.Printer)
	if err != nil {
		return err
	}
	out := &intakepage.Leaving{Day: f.report.AsOf}
	if may(who, account.WorkerExport) {
		out.CSV, out.XLSX = importURL(f.id, "leavers.csv"), importURL(f.id, "leavers.xlsx")
	}
	for _, x := range list {
		to := &out.Decided
		a := intakepage.Absent{ID: x.Worker.String(), Name: x.Name, Href: workerURL(int64(x.Worker)), Employer: l.Of(ledger.Employer, int64(x.Employer)),
			StateWord: p.T("registry.leaver_" + x.State), Back: importURL(f.id, "leavers", x.Worker.String(), "take-back")}
		if x.Name == "" { // the file lies elsewhere now
			a.Name, a.Href = p.T("figure.elsewhere"), ""
		}
		switch x.State {
		case registry.Confirmed:
			out.Confirmed++
			a.State = part.Warn
		case registry.Rejected:
			out.Rejected++
			a.State = part.Good
		default:
			out.Open++
			to = &out.People
		}
		if len(*to) < mostLeavers {
			*to = append(*to, a)
		}
	}
	p.Leaving = out
	return nil
}

// result tells what applying did: the block, and the figures before and after it.
func (s *Server) result(ctx context.Context, p *intakepage.Page, x intake.Report, who account.Actor) error {
	p.Result = &intakepage.Result{Applied: int64(x.Applied), Unchanged: int64(x.Counts.Duplicate), Proposed: int64(x.Proposed), Block: x.Block}
	if x.Block == 0 { // nothing was new
		return nil
	}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		b, err := ledger.FindBlock(ctx, tx, x.Block)
		p.Result.Hash, p.Result.SealedAt, p.Result.Facts = b.Hash.String(), b.RecordedAt, int64(b.Facts)
		return err
	})
	if err != nil {
		return err
	}
	today := date.On(s.Now())
	for _, ind := range s.Figures.Catalogue.List() {
		if ind.Ratio != nil || !may(who, account.FigureRead) {
			continue
		}
		after, err := s.Figures.Value(ctx, who, figure.Request{Name: ind.Name, On: today, Block: x.Block})
		if err != nil {
			return err
		}
		before := int64(0)
		if x.Block > 1 {
			v, err := s.Figures.Value(ctx, who, figure.Request{Name: ind.Name, On: today, Block: x.Block - 1})
			if err != nil {
				return err
			}
			before = v.Total.Value
		}
		if d := after.Total.Value - before; d != 0 {
			p.Result.Changes = append(p.Result.Changes, intakepage.Change{
				Name: ind.TitleIn(string(p.Lang())), Href: figureURL(ind.Name), Before: quantity(ind, figure.Cell{Value: before, Defined: true}), After: quantity(ind, after.Total), Delta: signed(p.Base, d),
			})
		}
	}
	return nil
}

func signed(b part.Base, n int64) string {
	if n > 0 {
		return "+" + b.Int(n)
	}
	return b.Int(n)
}
