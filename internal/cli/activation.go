package cli

import (
	"bufio"
	"errors"
	"os"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/intake/sheet"
)

type userBulkCmd struct {
	Role    string `required:"" help:"enterprise_hr or enterprise_union."`
	Under   string `help:"Only enterprises below this unit: code or name." placeholder:"CODE"`
	List    string `type:"existingfile" help:"Only the enterprises in the first column of this sheet (xlsx, csv): credit codes or names, no heading." placeholder:"FILE"`
	Preview bool   `help:"Say for whom; make nothing."`
}

func (userBulkCmd) Help() string {
	return "Makes an account for every enterprise that has none and prints logins and activation codes once; the page /users/bulk prints them as slips.\n\nExample:\n  tuoxing user bulk --role enterprise_hr --under 丹阳市总工会"
}

// Run makes accounts.
func (cmd *userBulkCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		in := account.BulkInput{Role: account.Role(cmd.Role)}
		if cmd.Under != "" {
			tree, err := unitNames(c, a)
			if err != nil {
				return err
			}
			if in.Under, err = tree.Find(cmd.Under); err != nil {
				return err
			}
		}
		if cmd.List != "" {
			var err error
			if in.List, err = firstColumn(cmd.List); err != nil {
				return err
			}
		}
		do := a.Accounts.CreateBulk
		if cmd.Preview {
			do = a.Accounts.PreviewBulk
		}
		got, err := do(c.ctx, who, in)
		if err != nil {
			return err
		}
		return c.printSlips(got)
	})
}

// firstColumn reads the first cell of each row of a sheet, each at its physical row, so that a mistake is told by the
// number that stands at the left edge.
func firstColumn(path string) (list []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	book, err := sheet.Open(f, info.Size(), path, sheet.Default)
	if err != nil {
		return nil, err
	}
	for row, err := range book.Rows(0) {
		if err != nil {
			return nil, err
		}
		for len(list) < row.Number-1 {
			list = append(list, "")
		}
		list = append(list, strings.Clone(row.Cells[0]))
	}
	return list, nil
}

func (c *console) printSlips(got account.Bulk) error {
	if c.JSON {
		c.printJSON(map[string]any{"slips": got.Slips, "there": got.There, "demo": c.demo})
		return nil
	}
	rows := make([][]string, len(got.Slips))
	for i, x := range got.Slips {
		rows[i] = []string{x.UnitName, c.p.T(x.Role.Key()), x.Login, x.Code}
	}
	c.table([]string{c.p.T("cli.unit_name"), c.p.T("cli.role"), c.p.T("cli.login"), c.p.T("cli.code")}, rows)
	c.line("%s", c.p.T("cli.bulk_total", len(got.Slips), got.There))
	c.mark()
	return nil
}

type userReissueCmd struct {
	Logins []string `arg:"" name:"login" help:"Login names."`
}

func (userReissueCmd) Help() string { return "Example:\n  tuoxing user reissue ma1dy0014-hr" }

// Run gives new codes; the old ones are void.
func (cmd *userReissueCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		var ids []int64
		for _, login := range cmd.Logins {
			u, err := a.Accounts.FindLogin(c.ctx, who, login)
			if err != nil {
				return err
			}
			ids = append(ids, u.ID)
		}
		slips, err := a.Accounts.ReissueSlips(c.ctx, who, ids)
		if err != nil {
			return err
		}
		return c.printSlips(account.Bulk{Slips: slips})
	})
}

type userActivateCmd struct {
	Login string `arg:"" help:"Login name."`
}

func (userActivateCmd) Help() string {
	return "Code and password are read from stdin, one a line.\n\nExample:\n  tuoxing user activate ma1dy0014-hr"
}

// Run opens an account with its code, as the activation page does; the session is closed again.
func (cmd *userActivateCmd) Run(c *console) error {
	in := bufio.NewScanner(c.in)
	var lines [2]string
	for i := range lines {
		if in.Scan() {
			lines[i] = strings.TrimRight(in.Text(), "\r")
		}
	}
	if err := in.Err(); err != nil {
		return err
	}
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		token, _, err := a.Accounts.Activate(c.ctx, account.ActivateInput{Login: cmd.Login, Code: lines[0], Password: lines[1]}, "")
		if err != nil {
			return err
		}
		if err := a.Accounts.Logout(c.ctx, token); err != nil {
			return err
		}
		u, err := a.Accounts.FindLogin(c.ctx, who, cmd.Login)
		if err != nil {
			return err
		}
		return c.printUser(u, "")
	})
}
