package cli

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/db"
)

type userCmd struct {
	First    userFirstCmd    `cmd:"" help:"Make the first user, a city administrator; the password is read from stdin."`
	Add      userAddCmd      `cmd:"" help:"Make a user; the activation code is printed once."`
	Create   userCreateCmd   `cmd:"" help:"Make a user; the initial password is printed once."`
	Bulk     userBulkCmd     `cmd:"" help:"Make accounts for all enterprises that have none; activation codes are printed once."`
	Reissue  userReissueCmd  `cmd:"" help:"Give users who have not activated their account a new code."`
	Activate userActivateCmd `cmd:"" help:"Open an account with its code; code and password are read from stdin."`
	List     userListCmd     `cmd:"" help:"List users."`
	Show     userShowCmd     `cmd:"" help:"Show a user, with open sessions and tokens."`
	Set      userSetCmd      `cmd:"" help:"Change a user's name, role or unit."`
	Lock     userLockCmd     `cmd:"" aliases:"disable" help:"Keep a user out; all sessions end."`
	Unlock   userUnlockCmd   `cmd:"" aliases:"enable" help:"Let a user in again."`
	Close    userCloseCmd    `cmd:"" help:"Close an account for good."`
	Logout   userLogoutCmd   `cmd:"" help:"End all sessions of a user."`
	Code     userCodeCmd     `cmd:"" help:"Give a user a new activation code; password and tokens are void."`
	Password userPasswordCmd `cmd:"" help:"Give a user a new initial password; tokens are void."`
	Roles    userRolesCmd    `cmd:"" help:"Print what each role may do."`
	Token    userTokenCmd    `cmd:"" help:"Tokens (令牌) with which programs ask for a user."`
}

type userFirstCmd struct {
	Login string `arg:"" help:"Login name."`
}

func (userFirstCmd) Help() string { return "Example:\n  tuoxing user first admin" }

// Run makes the first user.
func (cmd *userFirstCmd) Run(c *console) error {
	password, err := c.secret(c.p.T("cli.password"))
	if err != nil {
		return err
	}
	return c.with(app.Options{Create: true}, func(a *app.App, _ account.Actor) error {
		var u account.User
		err := a.DB.WriteTx(c.ctx, func(tx *db.Tx) (err error) {
			u, err = a.Accounts.CreateFirst(c.ctx, tx, cmd.Login, password)
			return err
		})
		if err != nil {
			return err
		}
		return c.printUser(u, "")
	})
}

// secret reads a line without showing it when it is typed.
func (c *console) secret(prompt string) (string, error) {
	if f, ok := c.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(c.err, prompt+" ")
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.err)
		return string(b), err
	}
	in := bufio.NewScanner(c.in)
	if !in.Scan() {
		return "", in.Err()
	}
	return strings.TrimRight(in.Text(), "\r"), nil
}

type userCreateCmd struct {
	Login string `arg:"" help:"Login name."`
	Name  string `required:"" help:"Name of the person or desk."`
	Role  string `required:"" help:"city, district, industry, enterprise_union, enterprise_hr, member, school, auditor, sysadmin, secadmin, auditadmin."`
	Unit  string `help:"Unit by credit code or name; none for the whole installation."`
}

func (userCreateCmd) Help() string {
	return "Example:\n  tuoxing user create danyang --name 丹阳业务员 --role district --unit 丹阳市总工会"
}

// Run makes a user.
func (cmd *userCreateCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		in := account.CreateInput{Login: cmd.Login, Name: cmd.Name, Role: account.Role(cmd.Role)}
		if cmd.Unit != "" {
			tree, err := unitNames(c, a)
			if err != nil {
				return err
			}
			if in.Unit, err = tree.Find(cmd.Unit); err != nil {
				return err
			}
		}
		u, password, err := a.Accounts.Create(c.ctx, who, in)
		if err != nil {
			return err
		}
		return c.printUser(u, password)
	})
}

func (c *console) printUser(u account.User, password string) error {
	if c.JSON {
		c.printJSON(map[string]any{"user": u, "initial_password": password, "demo": c.demo})
		return nil
	}
	c.line("%d  %s  %s", u.ID, u.Login, c.p.T(u.Role.Key()))
	if password != "" {
		c.line("%s", c.p.T("cli.initial_password", password))
	}
	c.mark()
	return nil
}

type userPasswordCmd struct {
	Login string `arg:"" help:"Login name."`
}

func (userPasswordCmd) Help() string { return "Example:\n  tuoxing user password danyang" }

// Run gives a new initial password.
func (cmd *userPasswordCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		u, err := a.Accounts.FindLogin(c.ctx, who, cmd.Login)
		if err != nil {
			return err
		}
		password, err := a.Accounts.SetPassword(c.ctx, who, u.ID)
		if err != nil {
			return err
		}
		return c.printUser(u, password)
	})
}

func (c *console) onUser(login string, do func(a *app.App, who account.Actor, u account.User) error) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		u, err := a.Accounts.FindLogin(c.ctx, who, login)
		if err != nil {
			return err
		}
		if err := do(a, who, u); err != nil {
			return err
		}
		if u, err = a.Accounts.Find(c.ctx, who, u.ID); err != nil {
			return err
		}
		return c.printUser(u, "")
	})
}
