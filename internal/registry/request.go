package registry

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/vault"
)

// RequestID names a request of a person.
type RequestID int64

// String prints the id in decimal.
func (id RequestID) String() string { return strconv.FormatInt(int64(id), 10) }

// MarshalText makes the id a string in JSON.
func (id RequestID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads a decimal id. Anything else is a NotFound fault.
func (id *RequestID) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n <= 0 {
		return unknownRequest()
	}
	*id = RequestID(n)
	return nil
}

func unknownRequest() error { return fault.New(fault.NotFound, "registry.request_unknown") }

// RequestKind is what a person asks about the own data (个人信息保护法 articles 45 to 47). Its word is
// registry.request_kind_<kind>.
type RequestKind string

// The kinds.
const (
	RequestCopy    RequestKind = "copy"    // 查阅复制
	RequestCorrect RequestKind = "correct" // 更正
	RequestErase   RequestKind = "erase"   // 注销
	// RequestOpinion is a complaint or opinion of a worker. It may be about the own firm: firms do not see it.
	RequestOpinion RequestKind = "opinion" // 意见投诉
)

// RequestKinds lists the kinds.
var RequestKinds = []RequestKind{RequestCopy, RequestCorrect, RequestErase, RequestOpinion}

// seesOpinions reports whether somebody is told of complaints: those who answer them, and so no firm.
func seesOpinions(who account.Actor) bool { return who.Role.Has(account.RequestDecide) }

// RequestState is where a request stands. Its word is registry.request_<state>.
type RequestState string

// The states.
const (
	RequestOpen    RequestState = "open"    // 已登记
	RequestDone    RequestState = "done"    // 已办结
	RequestRefused RequestState = "refused" // 已拒绝
)

// AnswerDays is within how many working days a request has to be answered: 15, as the rules for apps say for want
// of a law of the federation's own (App违法违规收集使用个人信息行为认定方法, 2019, 六).
const AnswerDays = 15

// textMax is how long what is asked and what is answered may be, in characters.
const textMax = 500

// Request is what a person asks about the own data.
type Request struct {
	Worker       WorkerID     `json:"worker"`
	ID           RequestID    `json:"id"`
	Kind         RequestKind  `json:"kind"`
	State        RequestState `json:"state"`
	Name         string       `json:"name"` // of the person; of an erased one ErasedName
	ReceivedOn   date.Day     `json:"received_on"`
	DueOn        date.Day     `json:"due_on"`
	Left         *int         `json:"left,omitempty"` // working days until the due day, of an open one; none when the calendar does not reach so far, or it is overdue
	Overdue      bool         `json:"overdue"`        // open after its due day
	Text         string       `json:"text,omitempty"` // what is asked; only of one that is opened, and not of an erased person
	Answer       string       `json:"answer,omitempty"`
	RegisteredAt time.Time    `json:"registered_at"`
	RegisteredBy int64        `json:"registered_by,string"`
	CopiedAt     time.Time    `json:"copied_at,omitzero"` // when the copy was last given
	DecidedAt    time.Time    `json:"decided_at,omitzero"`
	DecidedBy    int64        `json:"decided_by,string"`
	Import       int64        `json:"import,string"` // of a correction: the file that brought it; 0 = none
	Erased       bool         `json:"erased"`        // the person is erased
}

// RequestInput is what is registered.
type RequestInput struct {
	Worker     WorkerID
	Kind       RequestKind
	ReceivedOn date.Day // the day on which the person asked; 0 = today
	Text       string   // what is asked; needed for a correction
}

// RegisterRequest notes what a person asks (登记申请). Faults: Conflict for an erased person, when a request of the
// same kind is open, or when the calendar does not know the working days until it is due.
func (s *Service) RegisterRequest(ctx context.Context, who account.Actor, in RequestInput) (out Request, err error) {
	if err := who.Must(account.RequestWrite); err != nil {
		return out, err
	}
	if in.Kind == RequestOpinion && !seesOpinions(who) { // a firm does not take down complaints
		return out, who.Must(account.RequestDecide)
	}
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		out, err = s.register(ctx, tx, who.UserID, who.Scope, in)
		return err
	})
	return out, err
}

// register notes a request inside a transaction, under the user by.
func (s *Service) register(ctx context.Context, tx *db.Tx, by int64, scope account.Scope, in RequestInput) (out Request, err error) {
	if in.ReceivedOn == 0 {
		in.ReceivedOn = tx.Today()
	}
	if err := s.takeFiles(ctx, tx, scope, in.Worker); err != nil {
		return out, err
	}
	w, key, _, _, err := s.open(ctx, tx, scope, in.Worker)
	if err != nil {
		return out, err
	}
	if err := in.check(tx.Today()); err != nil {
		return out, err
	}
	if err := s.free(ctx, tx, w, in.Kind); err != nil {
		return out, err
	}
	due, err := s.Days.After(in.ReceivedOn, AnswerDays)
	if err != nil {
		return out, err
	}
	id := RequestID(tx.NewID())
	_, err = tx.Exec(ctx, `INSERT INTO registry_request (worker_id, id, kind, received_on, due_on, state, text_sealed, answer_sealed, registered_at, registered_by, decided_by, import_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0)`, int64(in.Worker), int64(id), string(in.Kind), in.ReceivedOn, due, string(RequestOpen),
		key.Seal(int64(id), "text", []byte(strings.TrimSpace(in.Text))), []byte{}, db.At(tx.Now()), by)
	if err != nil {
		return out, fmt.Errorf("register request: %w", err)
	}
	if err := noteRequest(ctx, tx, by, "request.register", in.Worker, id, in.Kind); err != nil {
		return out, err
	}
	return s.request(ctx, tx, scope, in.Worker, id)
}

func (in *RequestInput) check(today date.Day) error {
	var c fault.Check
	switch in.Kind {
	case RequestCopy, RequestErase:
	case RequestCorrect:
		if strings.TrimSpace(in.Text) == "" {
			c.Add("text", "registry.request_text_needed")
		}
	case RequestOpinion:
		if strings.TrimSpace(in.Text) == "" {
			c.Add("text", "registry.opinion_text_needed")
		}
	default:
		c.Add("kind", "registry.request_kind_unknown", string(in.Kind))
	}
	if in.ReceivedOn > today {
		c.Add("received_on", "registry.request_future", in.ReceivedOn)
	}
	if utf8.RuneCountInString(in.Text) > textMax {
		c.Add("text", "registry.request_text_long", textMax)
	}
	return c.Err()
}

// free reports that a person may ask: is there, has the file of their own, and has not asked the same already.
func (s *Service) free(ctx context.Context, tx *db.Tx, w Worker, kind RequestKind) error {
	if w.Erased {
		return conflict("registry.worker_erased")
	}
	a, err := aliasesOf(ctx, tx, []WorkerID{w.ID})
	if err != nil {
		return err
	}
	if root := a.root(w.ID); root != w.ID {
		return conflict("registry.request_merged", root.String())
	}
	if kind == RequestOpinion { // a second grievance does not wait for the first
		return nil
	}
	n := 0
	err = tx.QueryRow(ctx, `SELECT count(*) FROM registry_request WHERE worker_id = $1 AND kind = $2 AND state = 'open'`, []any{int64(w.ID), string(kind)}, &n)
	if err == nil && n > 0 {
		err = conflict("registry.request_open_already")
	}
	return err
}

// noteRequest writes the log, which holds nothing of what was asked or answered.
func noteRequest(ctx context.Context, tx *db.Tx, user int64, action string, w WorkerID, id RequestID, kind RequestKind) error {
	return audit.Add(ctx, tx, user, action, w.String(), map[string]any{"request": id, "kind": kind})
}

const selectRequests = `SELECT r.worker_id, r.id, r.kind, r.state, w.name, length(w.wrapped_key), r.received_on, r.due_on, r.text_sealed, r.answer_sealed, r.registered_at, r.registered_by, r.copied_at, r.decided_at, r.decided_by, r.import_id
FROM registry_request r, registry_worker w, org_unit u WHERE r.worker_id = w.worker_id AND `

// sealedRequest is a request as it is stored.
type sealedRequest struct {
	Request
	text, answer []byte
}

func (s *Service) scanRequest(row db.Scanner, today date.Day) (r sealedRequest, err error) {
	var keyLength int
	var registered, copied, decided db.Time
	err = row.Scan((*int64)(&r.Worker), (*int64)(&r.ID), (*string)(&r.Kind), (*string)(&r.State), &r.Name, &keyLength, &r.ReceivedOn, &r.DueOn, &r.text, &r.answer,
		&registered, &r.RegisteredBy, &copied, &decided, &r.DecidedBy, &r.Import)
	r.RegisteredAt, r.CopiedAt, r.DecidedAt, r.Erased = registered.Time, copied.Time, decided.Time, keyLength == 0
	if r.Overdue = r.State == RequestOpen && r.DueOn < today; r.State == RequestOpen && !r.Overdue {
		if n, err := s.Days.Between(today, r.DueOn); err == nil { // else the year is not known any more, and nothing is said
			r.Left = &n
		}
	}
	return r, err
}

// RequestFilter chooses requests.
type RequestFilter struct {
	All    bool     // also those that are answered
	Worker WorkerID // of one person; 0 = everybody
	Offset int
	Limit  int // 0 = 50, at most 500
}

// RequestCounts are the open requests within the reader's subtree.
type RequestCounts struct {
	Open    int `json:"open"`
	Overdue int `json:"overdue"`
}

// ListRequests gives the requests of the reader's subtree, those that are due first at the top: the open ones by their due
// day, then the others by when they were decided. total is how many there are under the filter.
func (s *Service) ListRequests(ctx context.Context, who account.Actor, f RequestFilter) (list []Request, total int, counts RequestCounts, err error) {
	if err := who.Must(account.WorkerRead); err != nil {
		return nil, 0, counts, err
	}
	return s.requestsIn(ctx, who.Scope, seesOpinions(who), f)
}

// requestsIn is ListRequests for a subtree.
func (s *Service) requestsIn(ctx context.Context, scope account.Scope, opinions bool, f RequestFilter) (list []Request, total int, counts RequestCounts, err error) {
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	cut := seen(1)
	if !opinions {
		cut += ` AND r.kind <> 'opinion'`
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		const overdue = `coalesce(sum(CASE WHEN r.due_on < $4 THEN 1 ELSE 0 END), 0)`
		const from = ` FROM registry_request r, registry_worker w, org_unit u WHERE r.worker_id = w.worker_id AND `
		args := append(seenArgs(scope), tx.Today())
		if err := tx.QueryRow(ctx, `SELECT count(*), `+overdue+from+cut+` AND r.state = 'open'`, args, &counts.Open, &counts.Overdue); err != nil {
			return err
		}
		where, args := cut, seenArgs(scope)
		if !f.All {
			where += ` AND r.state = 'open'`
		}
		if f.Worker != 0 {
			where, args = where+` AND r.worker_id = $4`, append(args, int64(f.Worker))
		}
		if err := tx.QueryRow(ctx, `SELECT count(*)`+from+where, args, &total); err != nil {
			return err
		}
		list, err = s.requestPage(ctx, tx, where, args, f.Limit, f.Offset)
		return err
	})
	if err != nil {
		return nil, 0, counts, fmt.Errorf("list requests: %w", err)
	}
	return list, total, counts, nil
}

// mostOfOne is how many requests of one person their file shows.
const mostOfOne = 500

// RequestsOf gives the requests of one person, as ListRequests orders them.
func (s *Service) RequestsOf(ctx context.Context, who account.Actor, worker WorkerID) (list []Request, err error) {
	if err := who.Must(account.WorkerRead); err != nil {
		return nil, err
	}
	where := seen(1) + ` AND r.worker_id = $4`
	if !seesOpinions(who) {
		where += ` AND r.kind <> 'opinion'`
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		list, err = s.requestPage(ctx, tx, where, append(seenArgs(who.Scope), int64(worker)), mostOfOne, 0)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("requests of a person: %w", err)
	}
	return list, nil
}

func (s *Service) requestPage(ctx context.Context, tx *db.Tx, where string, args []any, limit, offset int) (list []Request, err error) {
	page := fmt.Sprintf(` ORDER BY CASE WHEN r.state = 'open' THEN 0 ELSE 1 END, CASE WHEN r.state = 'open' THEN r.due_on END, r.decided_at DESC, r.id LIMIT %d OFFSET %d`, limit, max(offset, 0))
	err = tx.Query(ctx, selectRequests+where+page, args, func(row db.Scanner) error {
		r, err := s.scanRequest(row, tx.Today())
		list = append(list, r.Request)
		return err
	})
	return list, err
}

// FindRequest opens one request with what was asked and answered. It is logged before.
func (s *Service) FindRequest(ctx context.Context, who account.Actor, worker WorkerID, id RequestID) (out Request, err error) {
	if err := who.Must(account.WorkerRead); err != nil {
		return out, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		r, err := s.request(ctx, tx, who.Scope, worker, id)
		if err == nil && r.Kind == RequestOpinion && !seesOpinions(who) {
			err = unknownRequest()
		}
		return err
	})
	if err != nil {
		return out, err
	}
	if err := audit.Read(ctx, s.DB, who.UserID, "request.open", worker.String(), map[string]any{"request": id}); err != nil {
		return out, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		out, err = s.request(ctx, tx, who.Scope, worker, id)
		return err
	})
	return out, err
}

// request loads one request; NotFound outside the subtree.
func (s *Service) request(ctx context.Context, tx *db.Tx, scope account.Scope, worker WorkerID, id RequestID) (Request, error) {
	var r sealedRequest
	found := false
	err := tx.Query(ctx, selectRequests+seen(1)+` AND r.worker_id = $4 AND r.id = $5`, append(seenArgs(scope), int64(worker), int64(id)), func(row db.Scanner) (err error) {
		found = true
		r, err = s.scanRequest(row, tx.Today())
		return err
	})
	if err != nil {
		return Request{}, fmt.Errorf("read request: %w", err)
	}
	if !found {
		return Request{}, unknownRequest()
	}
	if r.Erased {
		return r.Request, nil
	}
	_, key, _, _, err := s.open(ctx, tx, scope, worker)
	if err != nil {
		return Request{}, err
	}
	if r.Text, err = openText(key, id, "text", r.text); err == nil {
		r.Answer, err = openText(key, id, "answer", r.answer)
	}
	return r.Request, err
}

func openText(key vault.Key, id RequestID, column string, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := key.Open(int64(id), column, sealed)
	return string(plain), err
}

// FinishRequest declares a request done (办结). A copy must have been given before; a correction says what was
// corrected, and is tied to the file that brought it; an erasure is done by erasing alone (Erase).
func (s *Service) FinishRequest(ctx context.Context, who account.Actor, worker WorkerID, id RequestID, answer string) error {
	return s.answer(ctx, who, worker, id, RequestDone, answer, func(tx *db.Tx, r *Request) error {
		switch {
		case r.Kind == RequestErase:
			return conflict("registry.request_erase_first")
		case r.Kind == RequestCopy && r.CopiedAt.IsZero():
			return conflict("registry.request_copy_first")
		case r.Kind == RequestCorrect:
			if err := needed(answer, "registry.request_answer_needed"); err != nil {
				return err
			}
			var err error
			r.Import, err = lastImport(ctx, tx, worker, r.RegisteredAt)
			return err
		case r.Kind == RequestOpinion:
			return needed(answer, "registry.opinion_answer_needed")
		}
		return nil
	})
}

// RefuseRequest refuses a request (拒绝) and says why. Who may not erase may not refuse an erasure either.
func (s *Service) RefuseRequest(ctx context.Context, who account.Actor, worker WorkerID, id RequestID, why string) error {
	return s.answer(ctx, who, worker, id, RequestRefused, why, func(_ *db.Tx, r *Request) error {
		if r.Kind == RequestErase {
			if err := who.Must(account.WorkerErase); err != nil {
				return err
			}
		}
		return needed(why, "registry.request_why_needed")
	})
}

// RequestActs is what a reader may do about a request as it stands. The verbs ask again, and say why not.
type RequestActs struct {
	Copy, Finish, Refuse bool
	Erase                bool // a request for an erasure is done by erasing
	EraseByOthers        bool // the same, for a reader who may not erase
}

// Acts tells what a reader may do about the request.
func (r *Request) Acts(who account.Actor) (a RequestActs) {
	may := func(right account.Right) bool { return who.Must(right) == nil }
	if r.State != RequestOpen || !may(account.RequestDecide) {
		return a
	}
	switch r.Kind {
	case RequestErase:
		a.Erase = may(account.WorkerErase)
		a.Refuse, a.EraseByOthers = a.Erase, !a.Erase
	case RequestCopy:
		a.Copy, a.Finish, a.Refuse = may(account.WorkerReveal), !r.CopiedAt.IsZero(), true
	case RequestCorrect, RequestOpinion:
		a.Finish, a.Refuse = true, true
	}
	return a
}

func needed(text, key string) error {
	var c fault.Check
	if utf8.RuneCountInString(strings.TrimSpace(text)) < 2 {
		c.Add("answer", key)
	}
	return c.Err()
}

// answer takes the person's file, checks that the request is open, and writes the decision.
func (s *Service) answer(ctx context.Context, who account.Actor, worker WorkerID, id RequestID, state RequestState, text string, check func(tx *db.Tx, r *Request) error) error {
	if err := who.Must(account.RequestDecide); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		r, err := s.takeOpen(ctx, tx, who.Scope, worker, id)
		if err != nil {
			return err
		}
		if err := check(tx, &r); err != nil {
			return err
		}
		if utf8.RuneCountInString(text) > textMax {
			var c fault.Check
			c.Add("answer", "registry.request_text_long", textMax)
			return c.Err()
		}
		_, key, _, _, err := s.open(ctx, tx, who.Scope, worker)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE registry_request SET state = $3, answer_sealed = $4, decided_at = $5, decided_by = $6, import_id = $7 WHERE worker_id = $1 AND id = $2`,
			int64(worker), int64(id), string(state), key.Seal(int64(id), "answer", []byte(strings.TrimSpace(text))), db.At(tx.Now()), who.UserID, r.Import)
		if err != nil {
			return fmt.Errorf("decide request: %w", err)
		}
		return noteRequest(ctx, tx, who.UserID, "request."+string(state), worker, id, r.Kind)
	})
}

// takeOpen takes the person's file and loads an open request; Conflict when it is answered.
func (s *Service) takeOpen(ctx context.Context, tx *db.Tx, scope account.Scope, worker WorkerID, id RequestID) (Request, error) {
	if err := s.takeFiles(ctx, tx, scope, worker); err != nil {
		return Request{}, err
	}
	r, err := s.request(ctx, tx, scope, worker, id)
	if err == nil && r.State != RequestOpen {
		err = conflict("registry.request_answered")
	}
	return r, err
}

// lastImport is the file that brought the latest row about a person since an instant; 0 when none did.
func lastImport(ctx context.Context, tx *db.Tx, worker WorkerID, since time.Time) (int64, error) {
	files, err := families(ctx, tx, []WorkerID{worker})
	if err != nil {
		return 0, err
	}
	list, args := in(2, files)
	var last sql.Null[int64]
	err = tx.Query(ctx, `SELECT import_id FROM (SELECT import_id, recorded_at, id FROM registry_employment WHERE recorded_at >= $1 AND withdrawn_at IS NULL AND worker_id IN `+list+`
UNION ALL SELECT import_id, recorded_at, id FROM registry_certificate WHERE recorded_at >= $1 AND withdrawn_at IS NULL AND worker_id IN `+list+`) x ORDER BY recorded_at DESC, id DESC LIMIT 1`,
		append([]any{db.At(since)}, args...), func(row db.Scanner) error { return row.Scan(&last) })
	if err != nil {
		return 0, fmt.Errorf("find the correction: %w", err)
	}
	return last.V, nil
}

// closeRequests ends what an erased person asked, inside the transaction of the erasure: the erasure is what one of them
// asked for, and nothing is left by which the others could be answered.
func closeRequests(ctx context.Context, tx *db.Tx, user int64, w WorkerID) error {
	if _, err := tx.Exec(ctx, `UPDATE registry_request SET state = CASE WHEN kind = 'erase' THEN 'done' ELSE 'refused' END, decided_at = $2, decided_by = $3 WHERE worker_id = $1 AND state = 'open'`,
		int64(w), db.At(tx.Now()), user); err != nil {
		return fmt.Errorf("close requests: %w", err)
	}
	_, err := tx.Exec(ctx, `UPDATE registry_request SET text_sealed = $2, answer_sealed = $2 WHERE worker_id = $1`, int64(w), []byte{})
	if err != nil {
		return fmt.Errorf("empty requests: %w", err)
	}
	return nil
}
