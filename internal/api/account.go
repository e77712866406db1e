package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
)

// UserDoc is an account (账号).
type UserDoc struct {
	ID         ID        `json:"id"`
	Login      string    `json:"login"`
	Name       string    `json:"name"`
	Role       Coded     `json:"role"`
	Unit       UnitRef   `json:"unit" doc:"Without id: the whole installation"`
	State      Coded     `json:"state" doc:"active, locked, pending or closed"`
	LastLogin  time.Time `json:"last_login_at,omitzero"`
	CreatedAt  time.Time `json:"created_at"`
	CreatedBy  ID        `json:"created_by,omitempty" doc:"User; none for the operator of the server"`
	MustChange bool      `json:"must_change" doc:"The password was given by somebody else"`
	LockedTill time.Time `json:"locked_until,omitzero" doc:"By wrong passwords"`
	LockedAt   time.Time `json:"locked_at,omitzero" doc:"By a person"`
	ClosedAt   time.Time `json:"closed_at,omitzero"`
}

// UserList is a page of accounts.
type UserList struct {
	Total int       `json:"total"`
	Next  string    `json:"next,omitempty"`
	Users []UserDoc `json:"users"`
	Marked
}

// UserFile is an account with what it has open.
type UserFile struct {
	UserDoc
	Sessions []SessionDoc `json:"sessions"`
	Tokens   []TokenDoc   `json:"tokens" doc:"Also those that have ended"`
	Manages  bool         `json:"manages" doc:"The caller may change this account"`
	Marked
}

// SessionDoc is a session that is open.
type SessionDoc struct {
	OpenedAt time.Time `json:"opened_at"`
	SeenAt   time.Time `json:"seen_at" doc:"To the minute"`
}

// GivenPassword is an initial password, which is shown this once.
type GivenPassword struct {
	User     UserDoc `json:"user"`
	Password string  `json:"password"`
	Marked
}

// RoleDoc is one row of the role table.
type RoleDoc struct {
	Role   Coded    `json:"role"`
	Kinds  []string `json:"kinds" doc:"Kinds of unit to which it can be bound"`
	Whole  bool     `json:"whole" doc:"It can be bound to the whole installation"`
	Rights []Coded  `json:"rights"`
	Gives  []string `json:"gives" doc:"The roles that it may give to others"`
}

// RoleTable is the role table.
type RoleTable struct {
	Roles []RoleDoc `json:"roles"`
	Marked
}

// TokenDoc is a token (令牌), without its secret.
type TokenDoc struct {
	ID        ID        `json:"id"`
	Name      string    `json:"name"`
	Rights    []string  `json:"rights"`
	Unit      UnitRef   `json:"unit" doc:"Narrower than the user's; without id: no narrower"`
	State     string    `json:"state" enum:"good,over,revoked"`
	CreatedAt time.Time `json:"created_at"`
	Until     string    `json:"until" format:"date" doc:"The last day on which it is good"`
	UsedAt    time.Time `json:"used_at,omitzero" doc:"To the hour"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
}

// TokenList is a user's tokens, the newest first.
type TokenList struct {
	Tokens []TokenDoc `json:"tokens"`
	Marked
}

// NewToken is a token with its secret, which is shown this once.
type NewToken struct {
	Token  TokenDoc `json:"token"`
	Secret string   `json:"secret" doc:"For Authorization: Bearer. It is shown once and kept nowhere."`
	Marked
}

type usersInput struct {
	Q     string        `query:"q" maxLength:"60" doc:"Part of a login or name"`
	Role  string        `query:"role" maxLength:"40"`
	State string        `query:"state" enum:"active,locked,pending,closed"`
	Under string        `query:"under" doc:"Id of a unit: it and those below it"`
	Sort  listing.Order `query:"sort" doc:"login, name, role, unit, created or seen; a minus before it for descending"`
	Page
}

// UserAsked names an account.
type UserAsked struct {
	ID string `path:"id" doc:"Id of the user"`
}

type newUserInput struct {
	Body struct {
		Login string `json:"login" minLength:"1" maxLength:"200"`
		Name  string `json:"name" maxLength:"200" doc:"Of the person or desk"`
		Role  string `json:"role" maxLength:"40"`
		Unit  string `json:"unit,omitempty" doc:"Id of the unit; none for the whole installation"`
	}
}

type setUserInput struct {
	UserAsked
	Body struct {
		Name string `json:"name,omitempty" maxLength:"200" doc:"Unchanged when not given"`
		Role string `json:"role" maxLength:"40"`
		Unit string `json:"unit,omitempty" doc:"Id of the unit; none for the whole installation"`
	}
}

type tokenInput struct {
	Body struct {
		Name   string   `json:"name" maxLength:"200" doc:"What it is for"`
		Until  string   `json:"until" maxLength:"10" doc:"The last day on which it is good, 2006-01-02, at most a year from today"`
		Rights []string `json:"rights" maxItems:"100" doc:"Some of the rights of the own role"`
		Unit   string   `json:"unit,omitempty" doc:"Id of a unit below the own one"`
	}
}

// TokenAsked names a token of the caller's own.
type TokenAsked struct {
	Token string `path:"token" doc:"Id of the token"`
}

type userTokenInput struct {
	UserAsked
	TokenAsked
}

type usersOutput struct{ Body UserList }
type userOutput struct{ Body UserFile }
type slipOutput struct{ Body SlipList }
type passwordOutput struct{ Body GivenPassword }
type rolesOutput struct{ Body RoleTable }
type tokensOutput struct{ Body TokenList }
type tokenOutput struct{ Body NewToken }

func (s *Server) accountOperations(a huma.API) {
	const at = base + "/users"
	add(s, a, route{name: "user-list", method: http.MethodGet, path: at, summary: "Accounts within reach"}, s.listUsers)
	add(s, a, route{name: "user-add", method: http.MethodPost, path: at, status: http.StatusCreated, summary: "Make an account; its activation code is shown this once"}, s.addUser)
	add(s, a, route{name: "user-show", method: http.MethodGet, path: at + "/{id}", summary: "An account with its open sessions and its tokens"}, s.showUser)
	add(s, a, route{name: "user-set", method: http.MethodPost, path: at + "/{id}/set", summary: "Change name, role or unit; all sessions end"}, s.setUser)
	for _, x := range []struct {
		name, summary string
		do            func(ctx context.Context, who account.Actor, user int64) error
	}{
		{"lock", "Keep a user out; sessions end, tokens rest, a slip is void", s.lockUser},
		{"unlock", "Let a user in again", s.unlockUser},
		{"close", "Close an account for good; its tokens are revoked", s.closeUser},
		{"sessions-end", "Log a user out everywhere", s.endSessions},
	} {
		add(s, a, route{name: "user-" + x.name, method: http.MethodPost, path: at + "/{id}/" + x.name, summary: x.summary}, func(ctx context.Context, v *visit, in *UserAsked) (*userOutput, error) {
			id, err := idIn("id", in.ID)
			if err == nil {
				err = x.do(ctx, v.who, id)
			}
			if err != nil {
				return nil, err
			}
			return s.userFile(ctx, v, id)
		})
	}
	add(s, a, route{name: "user-lock-many", method: http.MethodPost, path: at + "/lock", status: http.StatusNoContent, summary: "Keep several users out: all of them or none; what stops it is named by its id"}, s.lockMany)
	add(s, a, route{name: "user-slip", method: http.MethodPost, path: at + "/{id}/slip", summary: "Give a new activation code; password, old slip and tokens are void"}, s.renewSlip)
	add(s, a, route{name: "user-password", method: http.MethodPost, path: at + "/{id}/password", summary: "Give a new initial password, which is shown this once; tokens are void"}, s.initialPassword)
	add(s, a, route{name: "user-token-revoke", method: http.MethodDelete, path: at + "/{id}/tokens/{token}", summary: "Revoke a user's token"}, s.revokeUserToken)
	add(s, a, route{name: "role-list", method: http.MethodGet, path: base + "/roles", summary: "What each role may do"}, s.listRoles)
	add(s, a, route{name: "token-list", method: http.MethodGet, path: base + "/me/tokens", summary: "One's own tokens"}, s.listTokens)
	add(s, a, route{name: "token-create", method: http.MethodPost, path: base + "/me/tokens", status: http.StatusCreated, summary: "Make a token of one's own; only after logging in, not with a token"}, s.createToken)
	add(s, a, route{name: "token-revoke", method: http.MethodDelete, path: base + "/me/tokens/{token}", summary: "Revoke a token of one's own"}, s.revokeToken)
}

// The verbs behind fields that are filled in after the operations are registered.
func (s *Server) lockUser(ctx context.Context, who account.Actor, id int64) error {
	return s.Accounts.Lock(ctx, who, id)
}

func (s *Server) lockMany(ctx context.Context, v *visit, in *slipsInput) (*none, error) {
	ids := make([]int64, len(in.Body.Users))
	for i, u := range in.Body.Users {
		ids[i] = int64(u)
	}
	return nil, s.Accounts.LockMany(ctx, v.who, ids)
}

func (s *Server) unlockUser(ctx context.Context, who account.Actor, id int64) error {
	return s.Accounts.Unlock(ctx, who, id)
}

func (s *Server) closeUser(ctx context.Context, who account.Actor, id int64) error {
	return s.Accounts.Close(ctx, who, id)
}

func (s *Server) endSessions(ctx context.Context, who account.Actor, id int64) error {
	return s.Accounts.EndSessions(ctx, who, id)
}

func (s *Server) userDoc(v *visit, t *org.Tree, u account.User) UserDoc {
	state := u.State(s.DB.Now())
	return UserDoc{ID: ID(u.ID), Login: u.Login, Name: u.Name, Role: Coded{string(u.Role), v.p.T(u.Role.Key())}, Unit: s.unitRef(t, u.Unit), State: Coded{string(state), v.p.T(state.Key())},
		LastLogin: u.LastLogin, CreatedAt: u.CreatedAt, CreatedBy: ID(u.CreatedBy), MustChange: u.MustChange, LockedTill: u.LockedUntil, LockedAt: u.DisabledAt, ClosedAt: u.ClosedAt}
}

func (s *Server) listUsers(ctx context.Context, v *visit, in *usersInput) (*usersOutput, error) {
	f := account.Filter{Text: in.Q, Role: account.Role(in.Role), State: account.State(in.State), Order: in.Sort, Limit: in.Limit}
	under, err := idIn("under", in.Under)
	if err != nil {
		return nil, err
	}
	if f.After, err = idIn("after", in.After); err != nil {
		return nil, err
	}
	f.Under = org.UnitID(under)
	list, total, err := s.Accounts.List(ctx, v.who, f)
	if err != nil {
		return nil, err
	}
	t, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	out := UserList{Total: total, Users: make([]UserDoc, len(list)), Marked: Marked{s.Demo}}
	for i, u := range list {
		out.Users[i] = s.userDoc(v, t, u)
	}
	if n := len(list); n == in.Limit {
		out.Next = strconv.FormatInt(list[n-1].ID, 10)
	}
	return &usersOutput{out}, nil
}

func (s *Server) showUser(ctx context.Context, v *visit, in *UserAsked) (*userOutput, error) {
	id, err := idIn("id", in.ID)
	if err != nil {
		return nil, err
	}
	return s.userFile(ctx, v, id)
}

func (s *Server) userFile(ctx context.Context, v *visit, id int64) (*userOutput, error) {
	u, err := s.Accounts.Find(ctx, v.who, id)
	if err != nil {
		return nil, err
	}
	t, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	out := UserFile{UserDoc: s.userDoc(v, t, u), Sessions: []SessionDoc{}, Manages: account.Manages(v.who, u), Marked: Marked{s.Demo}}
	sessions, err := s.Accounts.Sessions(ctx, v.who, id)
	if err != nil {
		return nil, err
	}
	for _, x := range sessions {
		out.Sessions = append(out.Sessions, SessionDoc(x))
	}
	tokens, err := s.Accounts.Tokens(ctx, v.who, id)
	if err != nil {
		return nil, err
	}
	out.Tokens = s.tokenDocs(t, tokens)
	return &userOutput{out}, nil
}

func (s *Server) addUser(ctx context.Context, v *visit, in *newUserInput) (*slipOutput, error) {
	if err := v.who.Must(account.UserManage); err != nil {
		return nil, err
	}
	unit, err := idIn("unit", in.Body.Unit)
	if err != nil {
		return nil, err
	}
	x, err := s.Accounts.Add(ctx, v.who, account.CreateInput{Login: strings.TrimSpace(in.Body.Login), Name: in.Body.Name, Role: account.Role(in.Body.Role), Unit: org.UnitID(unit)})
	if err != nil {
		return nil, err
	}
	return &slipOutput{SlipList{Slips: []SlipDoc{s.slipDoc(v, x)}, Marked: Marked{s.Demo}}}, nil
}

func (s *Server) renewSlip(ctx context.Context, v *visit, in *UserAsked) (*slipOutput, error) {
	id, err := idIn("id", in.ID)
	if err != nil {
		return nil, err
	}
	x, err := s.Accounts.RenewCode(ctx, v.who, id)
	if err != nil {
		return nil, err
	}
	return &slipOutput{SlipList{Slips: []SlipDoc{s.slipDoc(v, x)}, Marked: Marked{s.Demo}}}, nil
}

func (s *Server) setUser(ctx context.Context, v *visit, in *setUserInput) (*userOutput, error) {
	if err := v.who.Must(account.UserManage); err != nil {
		return nil, err
	}
	id, err := idIn("id", in.ID)
	if err != nil {
		return nil, err
	}
	unit, err := idIn("unit", in.Body.Unit)
	if err != nil {
		return nil, err
	}
	if err := s.Accounts.Set(ctx, v.who, id, account.SetInput{Name: in.Body.Name, Role: account.Role(in.Body.Role), Unit: org.UnitID(unit)}); err != nil {
		return nil, err
	}
	return s.userFile(ctx, v, id)
}

func (s *Server) initialPassword(ctx context.Context, v *visit, in *UserAsked) (*passwordOutput, error) {
	id, err := idIn("id", in.ID)
	if err != nil {
		return nil, err
	}
	password, err := s.Accounts.SetPassword(ctx, v.who, id)
	if err != nil {
		return nil, err
	}
	file, err := s.userFile(ctx, v, id)
	if err != nil {
		return nil, err
	}
	return &passwordOutput{GivenPassword{User: file.Body.UserDoc, Password: password, Marked: Marked{s.Demo}}}, nil
}

func (s *Server) listRoles(_ context.Context, v *visit, _ *none) (*rolesOutput, error) {
	rows, err := account.Table(v.who)
	if err != nil {
		return nil, err
	}
	out := RoleTable{Marked: Marked{s.Demo}}
	for _, x := range rows {
		d := RoleDoc{Role: Coded{string(x.Role), v.p.T(x.Role.Key())}, Kinds: []string{}, Whole: x.Whole, Gives: []string{}}
		for _, k := range x.Kinds {
			d.Kinds = append(d.Kinds, string(k))
		}
		for _, r := range x.Rights {
			d.Rights = append(d.Rights, Coded{string(r), v.p.T(r.Key())})
		}
		for _, g := range x.Gives {
			d.Gives = append(d.Gives, string(g))
		}
		out.Roles = append(out.Roles, d)
	}
	return &rolesOutput{out}, nil
}

func (s *Server) tokenDocs(t *org.Tree, list []account.Token) []TokenDoc {
	out := make([]TokenDoc, len(list))
	for i, x := range list {
		d := TokenDoc{ID: ID(x.ID), Name: x.Name, Rights: []string{}, Unit: s.unitRef(t, x.Unit), State: "good", CreatedAt: x.CreatedAt, Until: x.ExpiresOn.String(), UsedAt: x.UsedAt, RevokedAt: x.RevokedAt}
		for _, r := range x.Rights {
			d.Rights = append(d.Rights, string(r))
		}
		switch {
		case !x.RevokedAt.IsZero():
			d.State = "revoked"
		case !x.Good(s.today()):
			d.State = "over"
		}
		out[i] = d
	}
	return out
}

func (s *Server) listTokens(ctx context.Context, v *visit, _ *none) (*tokensOutput, error) {
	list, err := s.Accounts.Tokens(ctx, v.who, v.who.UserID)
	if err != nil {
		return nil, err
	}
	t, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	return &tokensOutput{TokenList{Tokens: s.tokenDocs(t, list), Marked: Marked{s.Demo}}}, nil
}

func (s *Server) createToken(ctx context.Context, v *visit, in *tokenInput) (*tokenOutput, error) {
	if err := v.who.MustBeThemself(); err != nil {
		return nil, err
	}
	ask := account.TokenInput{Name: in.Body.Name}
	for _, r := range in.Body.Rights {
		ask.Rights = append(ask.Rights, account.Right(r))
	}
	var err error
	if ask.ExpiresOn, err = dayIn("until", in.Body.Until, 0); err != nil {
		return nil, err
	}
	unit, err := idIn("unit", in.Body.Unit)
	if err != nil {
		return nil, err
	}
	ask.Unit = org.UnitID(unit)
	x, secret, err := s.Accounts.CreateToken(ctx, v.who, v.who.UserID, ask)
	if err != nil {
		return nil, err
	}
	t, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	return &tokenOutput{NewToken{Token: s.tokenDocs(t, []account.Token{x})[0], Secret: secret, Marked: Marked{s.Demo}}}, nil
}

func (s *Server) revokeToken(ctx context.Context, v *visit, in *TokenAsked) (*none, error) {
	token, err := idIn("token", in.Token)
	if err != nil {
		return nil, err
	}
	return nil, s.Accounts.RevokeToken(ctx, v.who, v.who.UserID, token)
}

func (s *Server) revokeUserToken(ctx context.Context, v *visit, in *userTokenInput) (*none, error) {
	id, err := idIn("id", in.ID)
	if err != nil {
		return nil, err
	}
	token, err := idIn("token", in.Token)
	if err != nil {
		return nil, err
	}
	return nil, s.Accounts.RevokeToken(ctx, v.who, id, token)
}
