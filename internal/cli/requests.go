package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
)

type requestsCmd struct {
	List   requestListCmd   `cmd:"" default:"withargs" help:"What people ask about their own data, those that are due first at the top."`
	Add    requestAddCmd    `cmd:"" help:"Register what a person asks: copy, correct or erase."`
	Copy   requestCopyCmd   `cmd:"" help:"Write all that is kept about the person into a file for the person."`
	Done   requestDoneCmd   `cmd:"" help:"Declare a request done; an erasure is done by erasing."`
	Refuse requestRefuseCmd `cmd:"" help:"Refuse a request, with the reason."`
}

type requestListCmd struct {
	All bool `help:"Also those that are answered."`
}

func (requestListCmd) Help() string { return "Example:\n  tuoxing requests --all" }

// Run lists requests.
func (cmd *requestListCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		list, total, counts, err := a.Registry.ListRequests(c.ctx, who, registry.RequestFilter{All: cmd.All, Limit: 500})
		if err != nil {
			return err
		}
		if c.JSON {
			if list == nil {
				list = []registry.Request{}
			}
			c.printJSON(map[string]any{"requests": list, "total": total, "open": counts.Open, "overdue": counts.Overdue, "demo": a.Demo})
			return nil
		}
		for i := range list {
			c.sayRequest(&list[i])
		}
		c.line("%s", c.p.T("cli.requests", counts.Open, counts.Overdue))
		c.mark()
		return nil
	})
}

func (c *console) sayRequest(r *registry.Request) {
	stand := c.p.T("registry.request_" + string(r.State))
	switch {
	case r.Overdue:
		stand += " " + c.p.T("web_request.overdue")
	case r.Left != nil:
		stand += " " + c.p.T("web_request.left", *r.Left)
	}
	c.line("%s  %s  %s  %s  %s  %s", r.Worker, r.ID, r.Name, c.p.T("registry.request_kind_"+string(r.Kind)), r.DueOn, stand)
}

// request prints one request.
func (c *console) request(a *app.App, r registry.Request) error {
	if c.JSON {
		c.printJSON(struct {
			registry.Request
			Demo bool `json:"demo"`
		}{r, a.Demo})
		return nil
	}
	c.sayRequest(&r)
	c.mark()
	return nil
}

type requestAddCmd struct {
	Worker   registry.WorkerID `arg:"" help:"Id of the person's file."`
	Kind     string            `arg:"" help:"copy, correct or erase."`
	Received string            `help:"The day on which the person asked; today when not given."`
	Text     string            `help:"What is asked; needed for a correction. Kept sealed."`
}

func (requestAddCmd) Help() string {
	return "Example:\n  tuoxing requests add 123456789 correct --received 2023-04-07 --text 出生年月应为1985年4月"
}

// Run registers a request.
func (cmd *requestAddCmd) Run(c *console) error {
	in := registry.RequestInput{Worker: cmd.Worker, Kind: registry.RequestKind(cmd.Kind), Text: cmd.Text}
	if cmd.Received != "" {
		var err error
		if in.ReceivedOn, err = date.Parse(cmd.Received); err != nil {
			return fieldFault("received", "cli.date_unreadable", cmd.Received)
		}
	}
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		r, err := a.Registry.RegisterRequest(c.ctx, who, in)
		if err != nil {
			return err
		}
		return c.request(a, r)
	})
}

// requestPlace names a request.
type requestPlace struct {
	Worker  registry.WorkerID  `arg:"" help:"Id of the person's file."`
	Request registry.RequestID `arg:"" help:"Id of the request."`
}

// shown prints the request as it stands after an act.
func (p *requestPlace) shown(c *console, a *app.App, who account.Actor, err error) error {
	if err != nil {
		return err
	}
	r, err := a.Registry.FindRequest(c.ctx, who, p.Worker, p.Request)
	if err != nil {
		return err
	}
	return c.request(a, r)
}

type requestDoneCmd struct {
	requestPlace
	Answer string `help:"What was done; needed for a correction. Kept sealed."`
}

func (requestDoneCmd) Help() string {
	return "Example:\n  tuoxing requests done 123456789 42 --answer 出生年月已更正"
}

// Run declares a request done.
func (cmd *requestDoneCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		return cmd.shown(c, a, who, a.Registry.FinishRequest(c.ctx, who, cmd.Worker, cmd.Request, cmd.Answer))
	})
}

type requestRefuseCmd struct {
	requestPlace
	Why string `required:"" help:"The reason, which the person may read. Kept sealed."`
}

func (requestRefuseCmd) Help() string {
	return "Example:\n  tuoxing requests refuse 123456789 42 --why 与身份证件不符"
}

// Run refuses a request.
func (cmd *requestRefuseCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		return cmd.shown(c, a, who, a.Registry.RefuseRequest(c.ctx, who, cmd.Worker, cmd.Request, cmd.Why))
	})
}

type requestCopyCmd struct {
	requestPlace
	Out string `required:"" help:"The file to write: .xlsx or .csv."`
}

func (requestCopyCmd) Help() string {
	return "Example:\n  tuoxing requests copy 123456789 42 --out 复制件.xlsx"
}

// Run writes the copy.
func (cmd *requestCopyCmd) Run(c *console) error {
	form := listing.Format(strings.TrimPrefix(strings.ToLower(filepath.Ext(cmd.Out)), "."))
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		var f *os.File
		sum, err := a.Export.Write(c.ctx, who, c.p, export.Request{List: export.Copy, Format: form, Worker: cmd.Worker, Request: cmd.Request}, func(string, string) (w io.Writer, err error) {
			if f, err = os.OpenFile(cmd.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
				return nil, fault.New(fault.Invalid, "cli.file_unwritable", cmd.Out).Because(err)
			}
			return f, nil
		})
		if f != nil {
			if cerr := f.Close(); err == nil {
				err = cerr
			}
		}
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(map[string]any{"rows": sum.Rows, "out": cmd.Out, "demo": a.Demo})
			return nil
		}
		c.line("%s", c.p.T("cli.copied", sum.Rows, cmd.Out))
		c.mark()
		return nil
	})
}
