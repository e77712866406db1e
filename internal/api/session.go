package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
)

type loginInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"200"`
		Password string `json:"password" minLength:"1" maxLength:"200"`
	}
}

// Session is a session that was just opened.
type Session struct {
	Token      string `json:"token" doc:"For Authorization: Bearer. It is shown once and kept nowhere."`
	MustChange bool   `json:"must_change" doc:"The password was given by somebody else: only POST /api/v1/me/password is allowed"`
	IdleMin    int    `json:"idle_minutes" doc:"Minutes without a request after which the session ends"`
	TotalMin   int    `json:"total_minutes" doc:"Minutes after which it ends in any case"`
	Marked
}

// Me is who is logged in.
type Me struct {
	ID         ID              `json:"id"`
	Login      string          `json:"login"`
	Name       string          `json:"name"`
	Role       Coded           `json:"role"`
	Unit       UnitRef         `json:"unit" doc:"The unit whose subtree is seen; without id: the whole installation, or nothing for roles without business data"`
	Rights     []account.Right `json:"rights" doc:"With a token: no more than it holds"`
	Token      ID              `json:"token,omitempty" doc:"Id of the token through which a program asks"`
	MustChange bool            `json:"must_change"`
	Marked
}

type passwordInput struct {
	Body struct {
		Old      string `json:"old" minLength:"1" maxLength:"200"`
		Password string `json:"password" minLength:"1" maxLength:"200"`
	}
}

type sessionOutput struct{ Body Session }
type meOutput struct{ Body Me }

func (s *Server) sessionOperations(a huma.API) {
	add(s, a, route{name: "session-open", method: http.MethodPost, path: base + "/session", summary: "Log in", public: true, status: http.StatusCreated}, s.openSession)
	add(s, a, route{name: "session-close", method: http.MethodDelete, path: base + "/session", summary: "Log out"}, s.closeSession)
	add(s, a, route{name: "me-show", method: http.MethodGet, path: base + "/me", summary: "Who is logged in"}, s.showMe)
	add(s, a, route{name: "me-password", method: http.MethodPost, path: base + "/me/password", summary: "Change one's own password; ends all sessions"}, s.changePassword)
}

func (s *Server) openSession(ctx context.Context, v *visit, in *loginInput) (*sessionOutput, error) {
	token, who, err := s.Registry.Login(ctx, in.Body.Login, in.Body.Password, address(v.r))
	if err != nil {
		return nil, err
	}
	v.who = who
	return &sessionOutput{Session{Token: token, MustChange: who.MustChange, IdleMin: int(account.IdleTimeout.Minutes()), TotalMin: int(account.TotalTimeout.Minutes()), Marked: Marked{s.Demo}}}, nil
}

func (s *Server) closeSession(ctx context.Context, v *visit, _ *none) (*none, error) {
	return nil, s.Accounts.Logout(ctx, v.token)
}

func (s *Server) showMe(ctx context.Context, v *visit, _ *none) (*meOutput, error) {
	who := v.who
	out := Me{ID: ID(who.UserID), Login: who.Login, Name: who.Name, Role: Coded{Code: string(who.Role), Name: v.p.T(who.Role.Key())}, Rights: who.Rights(),
		Token: ID(who.Token), MustChange: who.MustChange, Marked: Marked{s.Demo}}
	if who.Scope.Unit != 0 {
		tree, err := s.tree(ctx)
		if err != nil {
			return nil, err
		}
		out.Unit = UnitRef{ID: who.Scope.Unit, Name: tree.Name(who.Scope.Unit, s.today())}
	}
	return &meOutput{out}, nil
}

func (s *Server) changePassword(ctx context.Context, v *visit, in *passwordInput) (*none, error) {
	return nil, s.Accounts.ChangePassword(ctx, v.who, in.Body.Old, in.Body.Password)
}
