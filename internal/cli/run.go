package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
)

type blocksCmd struct {
	Before int64 `help:"Only blocks before this number." placeholder:"B"`
	Limit  int   `default:"50" help:"At most so many, newest first."`
}

func (blocksCmd) Help() string { return "Example:\n  tuoxing blocks --limit 10" }

// Run lists blocks, newest first.
func (cmd *blocksCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		if err := who.Must(account.BlockRead); err != nil {
			return err
		}
		var list []ledger.Block
		err := a.DB.ReadTx(c.ctx, func(tx *db.Tx) (err error) {
			list, err = ledger.ListBlocks(c.ctx, tx, cmd.Before, cmd.Limit)
			return err
		})
		if err != nil {
			return err
		}
		docs := make([]ledger.BlockDoc, len(list))
		rows := make([][]string, len(list))
		for i, b := range list {
			docs[i] = b.Doc()
			var sums []string
			for _, s := range b.Sums {
				sums = append(sums, fmt.Sprintf("%s %d Σ%d", s.Kind, s.Facts, s.Quantity))
			}
			rows[i] = []string{strconv.FormatInt(b.Number, 10), c.p.T("cli.time", b.RecordedAt), strconv.Itoa(b.Facts), strings.Join(sums, ", "), b.Hash.String()}
		}
		if c.JSON {
			c.printJSON(map[string]any{"blocks": docs, "demo": a.Demo})
			return nil
		}
		c.table([]string{">" + c.p.T("cli.block_no"), c.p.T("cli.sealed_at"), ">" + c.p.T("cli.facts"), c.p.T("cli.sums"), "SM3"}, rows)
		c.mark()
		return nil
	})
}

type verifyCmd struct {
	Head string `help:"A block hash printed on a report: it must still be in the chain." placeholder:"HASH"`
}

func (verifyCmd) Help() string {
	return "Example:\n  tuoxing verify --head 66c7f0f4…\n\nPrints the first place that differs and ends with exit code 1."
}

// Run verifies the installation. A difference is told by its place and ends with 1.
func (cmd *verifyCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, _ account.Actor) error {
		v, err := a.Verify(c.ctx, cmd.Head)
		if err != nil {
			if fault.Is(err, fault.Conflict) {
				return &differs{err}
			}
			return err
		}
		if c.JSON {
			c.printJSON(struct {
				app.Verified
				Demo bool `json:"demo"`
			}{v, a.Demo})
			return nil
		}
		c.line("%s", c.p.T("cli.verified", v.Blocks, v.Facts, v.People, v.Figures, v.Head))
		c.mark()
		return nil
	})
}

// differs makes the exit code of a failed verification 1, as the command line promises.
type differs struct{ err error }

func (d *differs) Error() string { return d.err.Error() }

type migrateCmd struct{}

func (migrateCmd) Help() string {
	return "Example:\n  tuoxing migrate --db postgres://tuoxing@localhost/tuoxing"
}

// Run brings the schema up to date, or makes it.
func (*migrateCmd) Run(c *console) (err error) {
	a, err := c.open(app.Options{Create: true, KeepOld: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.DB.Migrate(c.ctx); err != nil {
		return err
	}
	if _, err := a.Registry.FillForms(c.ctx); err != nil {
		return err
	}
	v, err := a.DB.Version(c.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		c.printJSON(map[string]any{"version": v})
		return nil
	}
	c.line("%s", c.p.T("cli.migrated", v))
	return nil
}

type configCmd struct {
	Show configShowCmd `cmd:"" help:"Print the configuration that results from defaults, file, environment and flags; secrets hidden."`
}

type configShowCmd struct{}

func (configShowCmd) Help() string { return "Example:\n  TUOXING_ADDR=0.0.0.0:80 tuoxing config show" }

// Run prints the configuration.
func (*configShowCmd) Run(c *console) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	shown := cfg.Filled().Shown()
	if c.JSON {
		c.printJSON(shown)
		return nil
	}
	out, err := yaml.Marshal(shown)
	if err != nil {
		return err
	}
	c.line("%s", strings.TrimRight(string(out), "\n"))
	return nil
}

type checkCmd struct {
	What string `arg:"" enum:"id,credit-code,certificate" help:"id, credit-code or certificate."`
}

func (checkCmd) Help() string { return "Example:\n  echo 11010519491231002X | tuoxing check id" }

// longestLine is the longest line that check reads, in bytes: far more than any number, so that
// a line of something else is answered and does not end the run.
const longestLine = 16 << 20

// Run reads one value a line and prints one JSON object a line.
func (cmd *checkCmd) Run(c *console) error {
	in := bufio.NewScanner(c.in)
	in.Buffer(nil, longestLine)
	for in.Scan() {
		text := in.Text()
		out := map[string]any{"input": text, "valid": true}
		var err error
		switch cmd.What {
		case "id":
			err = checkID(text, c, out)
		case "credit-code":
			var code cn.CreditCode
			if code, err = cn.ParseCreditCode(text); err == nil {
				out["normalised"], out["authority"], out["category"], out["region"], out["warning"] = code.Code, code.Authority, code.Category, code.Region, first(code.Warnings)
			}
		case "certificate":
			var cert cn.Certificate
			if cert, err = cn.ParseCertificate(text); err == nil {
				out["normalised"], out["form"], out["year"], out["rank"], out["province"], out["warning"] = cert.Number, cert.Form, cert.Year, cert.Rank, cert.Province, first(cert.Warnings)
			}
		}
		if err != nil {
			message, fix := c.p.Fault(err)
			out["valid"], out["reason"], out["message"] = false, cn.Reason(err), message
			if fix != "" {
				out["fix"] = fix
			}
		}
		if err := c.printLine(out); err != nil {
			return err
		}
	}
	return in.Err()
}

func checkID(text string, c *console, out map[string]any) error {
	id, err := cn.ParseID(text, date.On(now()))
	if err != nil {
		return err
	}
	out["normalised"], out["kind"], out["sex"], out["region"], out["warning"] = id.Number, id.Kind, id.Sex.String(), id.Region, first(id.Warnings)
	if id.Birth > date.Ever {
		out["birth"] = id.Birth
	}
	return nil
}

func first(list []string) string { return strings.Join(list, ",") }
