package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/org"
)

// SlipDoc is what is printed for one account (激活条). The code is shown this once and kept nowhere.
type SlipDoc struct {
	User    ID        `json:"user" doc:"Empty in a preview"`
	Login   string    `json:"login,omitempty"`
	Name    string    `json:"name,omitempty" doc:"Of an account that was made singly"`
	Unit    UnitRef   `json:"unit"`
	Role    Coded     `json:"role"`
	Code    string    `json:"code,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
}

// SlipList is what a run made.
type SlipList struct {
	Slips []SlipDoc `json:"slips" doc:"In the official order"`
	There int       `json:"there" doc:"Units that have such an account already"`
	Marked
}

// PendingDoc is an account that waits for its first login.
type PendingDoc struct {
	User    ID        `json:"user"`
	Login   string    `json:"login"`
	Unit    UnitRef   `json:"unit"`
	Role    Coded     `json:"role"`
	Expires time.Time `json:"expires,omitzero" doc:"Of the slip handed out last; without: there is none"`
}

// PendingList is a page of them, by login.
type PendingList struct {
	Total int          `json:"total"`
	Next  string       `json:"next,omitempty"`
	Users []PendingDoc `json:"users"`
	Marked
}

type bulkInput struct {
	Body struct {
		Role    string   `json:"role" enum:"enterprise_union,enterprise_hr"`
		Under   string   `json:"under,omitempty" doc:"Only enterprises below this unit"`
		List    []string `json:"list,omitempty" maxItems:"10000" doc:"Only these enterprises, each by credit code or name"`
		Preview bool     `json:"preview,omitempty" doc:"Only tell for whom"`
	}
}

type slipsInput struct {
	Body struct {
		Users []ID `json:"users" minItems:"1" maxItems:"5000"`
	}
}

type pendingInput struct {
	After string `query:"after" maxLength:"200" doc:"Login of the last row of the page before: its next"`
	Limit int    `query:"limit" default:"50" minimum:"1" maximum:"500" doc:"Rows of a page"`
}

type activateInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"200"`
		Code     string `json:"code" minLength:"1" maxLength:"200"`
		Password string `json:"password" minLength:"1" maxLength:"200" doc:"Of the person's own choice"`
	}
}

type slipsOutput struct{ Body SlipList }
type pendingOutput struct{ Body PendingList }

func (s *Server) userOperations(a huma.API) {
	add(s, a, route{name: "user-bulk", method: http.MethodPost, path: base + "/users/bulk", summary: "Make accounts for enterprises that have none; codes are shown this once"}, s.bulkUsers)
	add(s, a, route{name: "user-pending", method: http.MethodGet, path: base + "/users/pending", summary: "Accounts that wait for their first login"}, s.pendingUsers)
	add(s, a, route{name: "user-slips", method: http.MethodPost, path: base + "/users/slips", summary: "Give new slips; the old ones are void"}, s.reissueSlips)
	add(s, a, route{name: "session-activate", method: http.MethodPost, path: base + "/activation", summary: "Open an account with its code and a first password, and log in", public: true, status: http.StatusCreated}, s.activate)
}

func (s *Server) slipDoc(v *visit, x account.Slip) SlipDoc {
	return SlipDoc{User: ID(x.User), Login: x.Login, Name: x.Name, Unit: UnitRef{ID: x.Unit, Name: x.UnitName}, Role: Coded{Code: string(x.Role), Name: v.p.T(x.Role.Key())}, Code: x.Code, Expires: x.Expires}
}

func (s *Server) bulkUsers(ctx context.Context, v *visit, in *bulkInput) (*slipsOutput, error) {
	if err := v.who.Must(account.UserManage); err != nil {
		return nil, err
	}
	under, err := idIn("under", in.Body.Under)
	if err != nil {
		return nil, err
	}
	ask, do := account.BulkInput{Role: account.Role(in.Body.Role), Under: org.UnitID(under), List: in.Body.List}, s.Accounts.CreateBulk
	if in.Body.Preview {
		do = s.Accounts.PreviewBulk
	}
	got, err := do(ctx, v.who, ask)
	if err != nil {
		return nil, err
	}
	out := SlipList{Slips: []SlipDoc{}, There: got.There, Marked: Marked{s.Demo}}
	for _, x := range got.Slips {
		out.Slips = append(out.Slips, s.slipDoc(v, x))
	}
	return &slipsOutput{out}, nil
}

func (s *Server) pendingUsers(ctx context.Context, v *visit, in *pendingInput) (*pendingOutput, error) {
	list, total, err := s.Accounts.ListPending(ctx, v.who, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := PendingList{Total: total, Users: []PendingDoc{}, Marked: Marked{s.Demo}}
	for _, u := range list {
		out.Users = append(out.Users, PendingDoc{User: ID(u.ID), Login: u.Login, Unit: UnitRef{ID: u.Unit, Name: u.UnitName}, Role: Coded{Code: string(u.Role), Name: v.p.T(u.Role.Key())}, Expires: u.Expires})
	}
	if n := len(list); n == in.Limit {
		out.Next = list[n-1].Login
	}
	return &pendingOutput{out}, nil
}

func (s *Server) reissueSlips(ctx context.Context, v *visit, in *slipsInput) (*slipsOutput, error) {
	users := make([]int64, len(in.Body.Users))
	for i, id := range in.Body.Users {
		users[i] = int64(id)
	}
	slips, err := s.Accounts.ReissueSlips(ctx, v.who, users)
	if err != nil {
		return nil, err
	}
	out := SlipList{Slips: []SlipDoc{}, Marked: Marked{s.Demo}}
	for _, x := range slips {
		out.Slips = append(out.Slips, s.slipDoc(v, x))
	}
	return &slipsOutput{out}, nil
}

func (s *Server) activate(ctx context.Context, v *visit, in *activateInput) (*sessionOutput, error) {
	token, who, err := s.Accounts.Activate(ctx, account.ActivateInput{Login: in.Body.Login, Code: in.Body.Code, Password: in.Body.Password}, address(v.r))
	if err != nil {
		return nil, err
	}
	v.who = who
	return &sessionOutput{Session{Token: token, MustChange: who.MustChange, IdleMin: int(account.IdleTimeout.Minutes()), TotalMin: int(account.TotalTimeout.Minutes()), Marked: Marked{s.Demo}}}, nil
}
