package cli

import (
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
)

type userListCmd struct {
	Text  string `arg:"" optional:"" help:"Part of a login or name."`
	Role  string `help:"Only this role."`
	State string `help:"Only this state: active, locked, pending, closed."`
	Under string `help:"Only this unit and those below it: code or name." placeholder:"CODE"`
	Sort  string `help:"login, name, role, unit, created or seen; a minus before it for descending."`
	After int64  `help:"Only what follows this user in the list." placeholder:"ID"`
	Limit int    `default:"500" help:"At most so many."`
}

func (userListCmd) Help() string {
	return "Examples:\n  tuoxing user list\n  tuoxing user list --state locked --under 丹阳市总工会 --sort -seen"
}

// Run lists users.
func (cmd *userListCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		f := account.Filter{Text: cmd.Text, Role: account.Role(cmd.Role), State: account.State(cmd.State), Order: listing.Order(cmd.Sort), After: cmd.After, Limit: cmd.Limit}
		var err error
		if f.Under, err = c.unit(a, cmd.Under); err != nil {
			return err
		}
		list, total, err := a.Accounts.List(c.ctx, who, f)
		if err != nil {
			return err
		}
		if c.JSON {
			docs := make([]userDoc, len(list))
			for i, u := range list {
				docs[i] = userDoc{u, u.State(a.DB.Now())}
			}
			c.printJSON(map[string]any{"users": docs, "total": total, "demo": a.Demo})
			return nil
		}
		tree, err := unitNames(c, a)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, u := range list {
			rows = append(rows, []string{u.Login, u.Name, c.p.T(u.Role.Key()), c.boundTo(tree, u.Unit), c.p.T(u.State(a.DB.Now()).Key()), c.p.Time(u.LastLogin)})
		}
		c.table([]string{c.p.T("cli.login"), c.p.T("cli.name"), c.p.T("cli.role"), c.p.T("cli.unit_name"), c.p.T("cli.state"), c.p.T("cli.last_login")}, rows)
		c.line("%s", c.p.T("cli.users_total", len(list), total))
		c.mark()
		return nil
	})
}

// userDoc is a user with where the account stands.
type userDoc struct {
	account.User
	State account.State `json:"state"`
}

// boundTo names the unit of an account.
func (c *console) boundTo(t *org.Tree, unit org.UnitID) string {
	if unit == 0 {
		return c.p.T("cli.whole_city")
	}
	return t.Name(unit, 0)
}

type userShowCmd struct {
	Login string `arg:"" help:"Login name."`
}

func (userShowCmd) Help() string { return "Example:\n  tuoxing user show danyang" }

// Run shows a user with what is open.
func (cmd *userShowCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		u, err := a.Accounts.FindLogin(c.ctx, who, cmd.Login)
		if err != nil {
			return err
		}
		sessions, err := a.Accounts.Sessions(c.ctx, who, u.ID)
		if err != nil {
			return err
		}
		tokens, err := a.Accounts.Tokens(c.ctx, who, u.ID)
		if err != nil {
			return err
		}
		state := u.State(a.DB.Now())
		if c.JSON {
			if sessions == nil {
				sessions = []account.Session{}
			}
			c.printJSON(map[string]any{"user": userDoc{u, state}, "sessions": sessions, "tokens": tokenList(tokens), "demo": a.Demo})
			return nil
		}
		tree, err := unitNames(c, a)
		if err != nil {
			return err
		}
		c.line("%d  %s  %s  %s  %s  %s", u.ID, u.Login, u.Name, c.p.T(u.Role.Key()), c.boundTo(tree, u.Unit), c.p.T(state.Key()))
		c.line("%s", c.p.T("cli.user_open", len(sessions), len(tokens), c.p.Time(u.LastLogin)))
		c.mark()
		return nil
	})
}

type userAddCmd struct {
	Login string `arg:"" help:"Login name."`
	Name  string `required:"" help:"Name of the person or desk."`
	Role  string `required:"" help:"city, district, industry, enterprise_union, enterprise_hr, member, school, auditor, sysadmin, secadmin, auditadmin."`
	Unit  string `help:"Unit by credit code or name; none for the whole installation."`
}

func (userAddCmd) Help() string {
	return "Makes a user who opens the account with an activation code, printed once; nobody else ever knows the password.\n\nExample:\n  tuoxing user add danyang --name 丹阳业务员 --role district --unit 丹阳市总工会"
}

// Run makes a user with an activation code.
func (cmd *userAddCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		in := account.CreateInput{Login: cmd.Login, Name: cmd.Name, Role: account.Role(cmd.Role)}
		var err error
		if in.Unit, err = c.unit(a, cmd.Unit); err != nil {
			return err
		}
		x, err := a.Accounts.Add(c.ctx, who, in)
		if err != nil {
			return err
		}
		return c.printSlips(account.Bulk{Slips: []account.Slip{x}})
	})
}

type userSetCmd struct {
	Login string  `arg:"" help:"Login name."`
	Name  string  `help:"Another name."`
	Role  string  `help:"Another role."`
	Unit  *string `help:"Another unit by credit code or name; empty for the whole installation."`
}

func (userSetCmd) Help() string {
	return "Changes name, role or unit; all sessions end.\n\nExample:\n  tuoxing user set danyang --role district --unit 句容市总工会"
}

// Run changes a user. What is not given stays.
func (cmd *userSetCmd) Run(c *console) error {
	return c.onUser(cmd.Login, func(a *app.App, who account.Actor, u account.User) error {
		in := account.SetInput{Name: cmd.Name, Role: u.Role, Unit: u.Unit}
		if cmd.Role != "" {
			in.Role = account.Role(cmd.Role)
		}
		if cmd.Unit != nil {
			var err error
			if in.Unit, err = c.unit(a, *cmd.Unit); err != nil {
				return err
			}
		}
		return a.Accounts.Set(c.ctx, who, u.ID, in)
	})
}

type userLockCmd struct {
	Login string `arg:"" help:"Login name."`
}

func (userLockCmd) Help() string { return "Example:\n  tuoxing user lock danyang" }

// Run keeps a user out.
func (cmd *userLockCmd) Run(c *console) error {
	return c.onUser(cmd.Login, func(a *app.App, who account.Actor, u account.User) error {
		return a.Accounts.Lock(c.ctx, who, u.ID)
	})
}

type userUnlockCmd struct {
	Login string `arg:"" help:"Login name."`
}

func (userUnlockCmd) Help() string { return "Example:\n  tuoxing user unlock danyang" }

// Run lets a user in again.
func (cmd *userUnlockCmd) Run(c *console) error {
	return c.onUser(cmd.Login, func(a *app.App, who account.Actor, u account.User) error {
		return a.Accounts.Unlock(c.ctx, who, u.ID)
	})
}

type userCloseCmd struct {
	Login string `arg:"" help:"Login name."`
}

func (userCloseCmd) Help() string {
	return "Closes an account for good: it is not opened again, and its tokens are revoked. To keep somebody out for a while: user lock.\n\nExample:\n  tuoxing user close danyang"
}

// Run closes an account.
func (cmd *userCloseCmd) Run(c *console) error {
	return c.onUser(cmd.Login, func(a *app.App, who account.Actor, u account.User) error {
		return a.Accounts.Close(c.ctx, who, u.ID)
	})
}

type userLogoutCmd struct {
	Login string `arg:"" help:"Login name."`
}

func (userLogoutCmd) Help() string { return "Example:\n  tuoxing user logout danyang" }

// Run ends all sessions of a user.
func (cmd *userLogoutCmd) Run(c *console) error {
	return c.onUser(cmd.Login, func(a *app.App, who account.Actor, u account.User) error {
		return a.Accounts.EndSessions(c.ctx, who, u.ID)
	})
}

type userCodeCmd struct {
	Login string `arg:"" help:"Login name."`
}

func (userCodeCmd) Help() string {
	return "Gives a new activation code, also to an account that was activated: its password, old code and tokens are void.\n\nExample:\n  tuoxing user code danyang"
}

// Run gives a new activation code.
func (cmd *userCodeCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		u, err := a.Accounts.FindLogin(c.ctx, who, cmd.Login)
		if err != nil {
			return err
		}
		x, err := a.Accounts.RenewCode(c.ctx, who, u.ID)
		if err != nil {
			return err
		}
		return c.printSlips(account.Bulk{Slips: []account.Slip{x}})
	})
}

type userRolesCmd struct{}

func (userRolesCmd) Help() string { return "Example:\n  tuoxing user roles --json" }

// Run prints the role table.
func (*userRolesCmd) Run(c *console) error {
	rows, err := account.Table(account.Operator())
	if err != nil {
		return err
	}
	if c.JSON {
		var docs []map[string]any
		for _, x := range rows {
			docs = append(docs, map[string]any{"role": x.Role, "rights": x.Rights, "kinds": x.Kinds, "whole": x.Whole, "gives": x.Gives})
		}
		c.printJSON(map[string]any{"roles": docs})
		return nil
	}
	for _, x := range rows {
		var rights []string
		for _, r := range x.Rights {
			rights = append(rights, c.p.T(r.Key()))
		}
		c.line("%s (%s)\n  %s", c.p.T(x.Role.Key()), x.Role, c.p.List(rights))
	}
	return nil
}

type userTokenCmd struct {
	Add    tokenAddCmd    `cmd:"" help:"Make a token of a user; it is printed once."`
	List   tokenListCmd   `cmd:"" help:"List a user's tokens."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token at once."`
}

type tokenAddCmd struct {
	Login  string   `arg:"" help:"Login name."`
	Name   string   `required:"" help:"What it is for."`
	Until  string   `required:"" help:"The last day on which it is good, at most a year from today." placeholder:"DATE"`
	Rights []string `required:"" help:"Some of the rights of the user's role, with commas between them: see user roles."`
	Unit   string   `help:"Only below this unit: code or name." placeholder:"CODE"`
}

func (tokenAddCmd) Help() string {
	return "Example:\n  tuoxing user token add danyang --name 报表程序 --until 2027-06-30 --rights figure.read,org.read"
}

// Run makes a token.
func (cmd *tokenAddCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		u, err := a.Accounts.FindLogin(c.ctx, who, cmd.Login)
		if err != nil {
			return err
		}
		in := account.TokenInput{Name: cmd.Name}
		for _, r := range cmd.Rights {
			in.Rights = append(in.Rights, account.Right(strings.TrimSpace(r)))
		}
		if in.ExpiresOn, err = date.Parse(cmd.Until); err != nil {
			return fieldFault("until", "cli.date_unreadable", cmd.Until)
		}
		if in.Unit, err = c.unit(a, cmd.Unit); err != nil {
			return err
		}
		t, secret, err := a.Accounts.CreateToken(c.ctx, who, u.ID, in)
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(map[string]any{"token": t, "secret": secret, "demo": a.Demo})
			return nil
		}
		c.line("%d  %s", t.ID, t.Name)
		c.line("%s", c.p.T("cli.token_once", secret))
		c.mark()
		return nil
	})
}

// tokenList is never null in JSON.
func tokenList(list []account.Token) []account.Token {
	if list == nil {
		return []account.Token{}
	}
	return list
}

type tokenListCmd struct {
	Login string `arg:"" help:"Login name."`
}

func (tokenListCmd) Help() string { return "Example:\n  tuoxing user token list danyang" }

// Run lists tokens.
func (cmd *tokenListCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		u, err := a.Accounts.FindLogin(c.ctx, who, cmd.Login)
		if err != nil {
			return err
		}
		list, err := a.Accounts.Tokens(c.ctx, who, u.ID)
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(map[string]any{"tokens": tokenList(list), "demo": a.Demo})
			return nil
		}
		var rows [][]string
		for _, t := range list {
			state := "cli.token_good"
			switch {
			case !t.RevokedAt.IsZero():
				state = "cli.token_revoked"
			case !t.Good(date.On(a.DB.Now())):
				state = "cli.token_over"
			}
			rows = append(rows, []string{strconv.FormatInt(t.ID, 10), t.Name, c.p.T(state), c.p.DayShort(t.ExpiresOn), c.p.Time(t.UsedAt)})
		}
		c.table([]string{c.p.T("cli.token"), c.p.T("cli.name"), c.p.T("cli.state"), c.p.T("cli.until"), c.p.T("cli.used")}, rows)
		c.mark()
		return nil
	})
}

type tokenRevokeCmd struct {
	Login string `arg:"" help:"Login name."`
	ID    int64  `arg:"" help:"Id of the token, from the list."`
}

func (tokenRevokeCmd) Help() string { return "Example:\n  tuoxing user token revoke danyang 4711" }

// Run revokes a token.
func (cmd *tokenRevokeCmd) Run(c *console) error {
	return c.onUser(cmd.Login, func(a *app.App, who account.Actor, u account.User) error {
		return a.Accounts.RevokeToken(c.ctx, who, u.ID, cmd.ID)
	})
}
