package web

import (
	"net/http"
	"slices"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
	accountpage "tuoxing/internal/web/page/account"
	"tuoxing/internal/web/part"
)

// getRoles shows what each role may do.
func (s *Server) getRoles(w http.ResponseWriter, r *http.Request) error {
	who, b := visitOf(r).actor, s.base(r)
	rows, err := account.Table(who)
	if err != nil {
		return err
	}
	p := accountpage.RolesPage{Base: b}
	if may(who, account.UserManage) {
		p.Users = "/users"
	}
	for _, x := range rows {
		row := accountpage.RoleRow{Name: b.T(x.Role.Key()), Rights: rightWords(b, x.Rights), Own: x.Role == who.Role}
		if x.Whole {
			row.Bound = append(row.Bound, b.T("web.whole_city"))
		}
		for _, k := range x.Kinds {
			row.Bound = append(row.Bound, b.T(k.Key()))
		}
		for _, g := range x.Gives {
			row.Gives = append(row.Gives, b.T(g.Key()))
		}
		p.Rows = append(p.Rows, row)
	}
	return s.render(w, r, http.StatusOK, accountpage.RoleTable(p))
}

func rightWords(b part.Base, rights []account.Right) (out []string) {
	for _, x := range rights {
		out = append(out, b.T(x.Key()))
	}
	return out
}

// tokenRows prints tokens; Revoke is relative to the page of whose they are.
func (s *Server) tokenRows(b part.Base, t *org.Tree, list []account.Token) (out []accountpage.Token) {
	for _, x := range list {
		row := accountpage.Token{Name: x.Name, Rights: rightWords(b, x.Rights), ExpiresOn: x.ExpiresOn, CreatedAt: x.CreatedAt, UsedAt: x.UsedAt, State: part.Good, StateWord: b.T("web_account.token_good")}
		if x.Unit != 0 {
			row.Unit = t.Name(x.Unit, date.On(s.Now()))
		}
		switch {
		case !x.RevokedAt.IsZero():
			row.State, row.StateWord = part.Plain, b.T("web_account.token_revoked")
		case !x.Good(date.On(s.Now())):
			row.State, row.StateWord = part.Plain, b.T("web_account.token_over")
		default:
			row.Revoke = "/tokens/" + strconv.FormatInt(x.ID, 10) + "/revoke"
		}
		out = append(out, row)
	}
	return out
}

// getTokens shows the reader's own tokens.
func (s *Server) getTokens(w http.ResponseWriter, r *http.Request) error {
	return s.showTokens(w, r, http.StatusOK, nil)
}

func (s *Server) showTokens(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem) error {
	who, b, today := visitOf(r).actor, s.base(r), date.On(s.Now())
	b.Path = "/tokens"
	list, err := s.Accounts.Tokens(r.Context(), who, who.UserID)
	if err != nil {
		return err
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return err
	}
	p := accountpage.TokensPage{Base: b, Tokens: s.tokenRows(b, t, list), Left: account.MostTokens, Name: r.PostFormValue("name"), Until: r.PostFormValue("until"), Unit: r.PostFormValue("unit"),
		UntilMin: today.String(), UntilMax: (today + account.LongestToken).String(), Units: who.Has(account.FigureRead), Problems: problems}
	for _, x := range list {
		if x.Good(today) {
			p.Left--
		}
	}
	for _, x := range who.Rights() {
		p.Rights = append(p.Rights, accountpage.RightBox{Value: string(x), Label: b.T(x.Key()), On: slices.Contains(r.PostForm["right"], string(x))})
	}
	if r.URL.Query().Get("said") == "revoked" {
		p.Said = b.T("web_account.said_revoked")
	}
	return s.render(w, r, status, accountpage.Tokens(p))
}

// postToken makes a token of the reader's own and shows it this once.
func (s *Server) postToken(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	who, b := visitOf(r).actor, s.base(r)
	in := account.TokenInput{Name: r.PostFormValue("name")}
	for _, x := range r.PostForm["right"] {
		in.Rights = append(in.Rights, account.Right(x))
	}
	var c fault.Check
	in.ExpiresOn = dayOf(&c, r, "until")
	err := c.Err()
	if err == nil {
		in.Unit, err = s.unitIn(r, "unit")
	}
	var t account.Token
	var secret string
	if err == nil {
		t, secret, err = s.Accounts.CreateToken(r.Context(), who, who.UserID, in)
	}
	if fields := fault.Fields(err); len(fields) > 0 {
		return s.showTokens(w, r, http.StatusUnprocessableEntity, b.Problems(fields))
	}
	if err != nil {
		return err
	}
	b.Path = "/tokens"
	return s.render(w, r, http.StatusOK, accountpage.Given(accountpage.GivenPage{Base: b, Title: b.T("web_account.token"), Of: t.Name, Note: b.T("web_account.token_note"), Label: b.T("web_account.token"), Value: secret,
		Crumbs: []part.Link{{Label: b.T("web_account.tokens"), Href: "/tokens"}}, Back: "/tokens"}))
}

// getRevoke asks before a token is revoked.
func (s *Server) getRevoke(w http.ResponseWriter, r *http.Request) error {
	b := s.base(r)
	return s.askRevoke(w, r, visitOf(r).actor.UserID, "/tokens/"+r.PathValue("token")+"/revoke", "/tokens", []part.Link{{Label: b.T("web_account.tokens"), Href: "/tokens"}})
}

func (s *Server) askRevoke(w http.ResponseWriter, r *http.Request, user int64, action, back string, crumbs []part.Link) error {
	b := s.base(r)
	list, err := s.Accounts.Tokens(r.Context(), visitOf(r).actor, user)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(t account.Token) bool { return t.ID == tokenOf(r) })
	if i < 0 {
		return fault.New(fault.NotFound, "account.token_unknown")
	}
	return s.render(w, r, http.StatusOK, accountpage.Ask(accountpage.AskPage{Base: b, Title: b.T("web_account.revoke_title"), Of: list[i].Name, Crumbs: crumbs, Action: action, Back: back,
		Lines: []string{b.T("web_account.will_token"), b.T("web_account.will_log")}, Button: b.T("web_account.revoke")}))
}

// postRevokeToken ends a token of the reader's own.
func (s *Server) postRevokeToken(w http.ResponseWriter, r *http.Request) error {
	return s.revoke(w, r, visitOf(r).actor.UserID, "/tokens?said=revoked")
}

func (s *Server) revoke(w http.ResponseWriter, r *http.Request, user int64, to string) error {
	if err := s.Accounts.RevokeToken(r.Context(), visitOf(r).actor, user, tokenOf(r)); err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
