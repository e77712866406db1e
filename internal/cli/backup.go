package cli

import (
	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/backup"
)

type backupCmd struct {
	Out string `arg:"" help:"Archive to write." type:"path"`
}

func (backupCmd) Help() string {
	return "Example:\n  tuoxing backup tuoxing-20230410.zip\n\nThe key file is not in the archive: keep it apart."
}

// Run writes the archive.
func (cmd *backupCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, _ account.Actor) error {
		m, err := a.Backup(c.ctx, cmd.Out, nil)
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(m)
			return nil
		}
		c.line("%s", c.p.T("cli.backed_up", cmd.Out, rowsOf(m), len(m.Files), m.Head.Hash))
		c.mark()
		return nil
	})
}

type restoreCmd struct {
	From string `arg:"" help:"Archive to read." type:"existingfile"`
	Key  string `help:"The key file that belongs to it; it is copied beside the new database." type:"existingfile" required:""`
}

func (restoreCmd) Help() string {
	return "Example:\n  tuoxing restore tuoxing-20230410.zip --db new/tuoxing.db --key tuoxing.key"
}

// Run fills an empty database and verifies it.
func (cmd *restoreCmd) Run(c *console) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	m, err := app.Restore(c.ctx, cfg, c.log, cmd.From, cmd.Key, nil)
	if err != nil {
		return err
	}
	if c.JSON {
		c.printJSON(m)
		return nil
	}
	c.line("%s", c.p.T("cli.restored", rowsOf(m), len(m.Files), m.Head.Hash))
	return nil
}

func rowsOf(m backup.Manifest) (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}
