package cli

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
)

type certificatesListCmd struct {
	Worker     registry.WorkerID `arg:"" optional:"" help:"Id of the file whose certificates are listed; those of everybody when not given."`
	Q          string            `help:"Part of the holder's name, pinyin or initials." placeholder:"TEXT"`
	Number     bool              `help:"Read a whole certificate number from standard input: on the command line it would stand in the list of processes."`
	Rank       int               `help:"Only this level, 1 to 8." placeholder:"N"`
	Form       string            `help:"skill22, senior22, quals16, local20 or paper." placeholder:"FORM"`
	Occupation string            `help:"Code or name of the classification of 2022." placeholder:"6-18-01-01"`
	District   int32             `help:"Six digits of the division of the holder's file." placeholder:"321181"`
	Org        string            `help:"Only people of this employer; credit code or name." placeholder:"CODE"`
	From       string            `help:"Issued on this day or later." placeholder:"DATE"`
	To         string            `help:"Issued on this day or earlier." placeholder:"DATE"`
	State      string            `help:"What it is worth today: valid, expired, revoked or not_yet."`
	Sort       string            `help:"issued, rank or name, with - before it descending (--sort=-rank); issued last first when not given."`
	After      string            `help:"Go on behind this certificate: next of the page before." placeholder:"ID"`
	Limit      int               `help:"Lines of a page." default:"50"`
}

func (certificatesListCmd) Help() string {
	return "Examples:\n  tuoxing certificates list 123456789\n  tuoxing certificates list --rank 4 --state revoked --from 2022-01-01\n  echo Y000032990000233000001 | tuoxing certificates list --number"
}

// Run lists the certificates of a person, or those of everybody that the flags choose.
func (cmd *certificatesListCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		if cmd.Worker != 0 {
			return cmd.ofOne(c, a, who)
		}
		f, err := cmd.filter(c, a)
		if err != nil {
			return err
		}
		list, total, err := a.Registry.ListCertificates(c.ctx, who, f)
		if err != nil {
			return err
		}
		l, err := a.Figures.Labels(c.ctx, date.On(a.DB.Now()), c.p)
		if err != nil {
			return err
		}
		docs, rows := make([]listedDoc, len(list)), make([][]string, len(list))
		for i := range list {
			x := &list[i]
			docs[i] = listedDoc{heldDoc: heldOf(a, &x.HeldCertificate), Form: x.Form.String(), Worker: x.Worker.ID, Name: x.Worker.Name}
			if name, ok := cn.OccupationName(x.Occupation); ok {
				docs[i].Occupation, docs[i].OccupationCode = name, cn.OccupationCode(x.Occupation)
			}
			if x.Worker.Employer != 0 {
				docs[i].Employer = l.Of(ledger.Employer, int64(x.Worker.Employer))
			}
			rows[i] = []string{x.Worker.Name, docs[i].Occupation, x.NumberMasked, l.Of(ledger.RankEver, int64(x.Rank)), c.p.T(x.Form.Key()), x.IssuedOn.String(), c.p.T("registry.validity_" + string(docs[i].Validity)), docs[i].Employer}
		}
		next := ""
		if n := len(list); n > 0 && n == f.Limit && n < total {
			next = strconv.FormatInt(list[n-1].ID, 10)
		}
		if c.JSON {
			c.printJSON(map[string]any{"certificates": docs, "total": total, "next": next, "demo": a.Demo})
			return nil
		}
		c.table([]string{c.p.T("cli.holder"), c.p.T("cli.occupation"), c.p.T("cli.certificate_number"), c.p.T("cli.rank"), c.p.T("cli.form"), c.p.T("cli.issued"), c.p.T("cli.state"), c.p.T("cli.employer")}, rows)
		c.line("%s", c.p.T("cli.total", total))
		if next != "" {
			c.line("%s", c.p.T("cli.next", next))
		}
		c.mark()
		return nil
	})
}

// listedDoc is a certificate of a list as the command line prints it.
type listedDoc struct {
	heldDoc
	Form           string            `json:"form"`
	Occupation     string            `json:"occupation"`
	OccupationCode string            `json:"occupation_code"`
	Worker         registry.WorkerID `json:"worker"`
	Name           string            `json:"name"`
	Employer       string            `json:"employer"`
}

// filter reads the flags.
func (cmd *certificatesListCmd) filter(c *console, a *app.App) (f registry.CertificateFilter, err error) {
	f = registry.CertificateFilter{Text: cmd.Q, Rank: cmd.Rank, District: cmd.District, State: registry.Validity(cmd.State), Order: listing.Order(cmd.Sort), Limit: cmd.Limit}
	if cmd.Number {
		line, err := bufio.NewReader(c.in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return f, fault.New(fault.Invalid, "cli.stdin_unreadable").Because(err)
		}
		if f.Text = strings.TrimSpace(line); !f.ByNumber() {
			return f, fieldFault("number", "cli.number_missing")
		}
	} else if f.ByNumber() {
		return f, fieldFault("q", "cli.number_in_flag")
	}
	if f.Form, err = registry.ParseForm(cmd.Form); err != nil {
		return f, err
	}
	if cmd.Occupation != "" {
		if f.Occupation, err = cn.ParseOccupation(cmd.Occupation); err != nil {
			return f, err
		}
	}
	for _, d := range []struct {
		flag, text string
		to         *date.Day
	}{{"from", cmd.From, &f.From}, {"to", cmd.To, &f.To}} {
		if d.text == "" {
			continue
		}
		if *d.to, err = date.Parse(d.text); err != nil {
			return f, fieldFault(d.flag, "cli.date_unreadable", d.text)
		}
	}
	if cmd.After != "" {
		if err := f.After.UnmarshalText([]byte(cmd.After)); err != nil {
			return f, err
		}
	}
	f.Employer, err = c.unit(a, cmd.Org)
	return f, err
}

// ofOne lists the certificates of a person.
func (cmd *certificatesListCmd) ofOne(c *console, a *app.App, who account.Actor) error {
	f, err := a.Registry.Find(c.ctx, who, cmd.Worker)
	if err != nil {
		return err
	}
	if c.JSON {
		list := []heldDoc{}
		for i := range f.Certificates {
			list = append(list, heldOf(a, &f.Certificates[i]))
		}
		c.printJSON(map[string]any{"certificates": list, "demo": a.Demo})
		return nil
	}
	l, err := a.Figures.Labels(c.ctx, date.On(a.DB.Now()), c.p)
	if err != nil {
		return err
	}
	rows := make([][]string, len(f.Certificates))
	for i := range f.Certificates {
		h := heldOf(a, &f.Certificates[i])
		rows[i] = []string{h.ID, l.Of(ledger.RankEver, int64(h.Rank)), h.IssuedOn.String(), h.ExpiresOn.String(), c.p.T("registry.validity_" + string(h.Validity))}
	}
	c.table([]string{"id", c.p.T("cli.rank"), c.p.T("cli.issued"), c.p.T("cli.expires"), c.p.T("cli.state")}, rows)
	c.line("%s", c.p.T("cli.total", len(rows)))
	c.mark()
	return nil
}
