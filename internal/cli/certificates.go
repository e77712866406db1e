package cli

import (
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
)

type certificatesCmd struct {
	List    certificatesListCmd `cmd:"" help:"List the certificates of a file, or those in force of everybody."`
	Show    certificateShowCmd  `cmd:"" help:"Say what a certificate is worth, and list everything that used it."`
	Revoke  certificateEndCmd   `cmd:"" help:"Revoke a certificate: figures change by reversal."`
	Restore certificateBackCmd  `cmd:"" help:"Take a person's revocation back."`
}

// heldDoc is a certificate as the command line prints it.
type heldDoc struct {
	ID        string            `json:"id"`
	Number    string            `json:"number_masked"`
	Rank      int               `json:"rank"`
	IssuedOn  date.Day          `json:"issued_on"`
	ExpiresOn date.Day          `json:"expires_on"`
	RevokedOn string            `json:"revoked_on"`
	Validity  registry.Validity `json:"validity"`
}

func heldOf(a *app.App, c *registry.HeldCertificate) heldDoc {
	h := heldDoc{ID: strconv.FormatInt(c.ID, 10), Number: c.NumberMasked, Rank: c.Rank, IssuedOn: c.IssuedOn, ExpiresOn: c.ExpiresOn, Validity: c.ValidityOn(date.On(a.DB.Now()))}
	if c.RevokedOn.Valid {
		h.RevokedOn = c.RevokedOn.V.String()
	}
	return h
}

type certificateShowCmd struct {
	Worker      registry.WorkerID      `arg:"" help:"Id of the file."`
	Certificate registry.CertificateID `arg:"" help:"Id of the certificate."`
}

func (certificateShowCmd) Help() string {
	return "Example:\n  tuoxing certificates show 123456789 987654321"
}

// Run shows a certificate.
func (cmd *certificateShowCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		return c.printCertificate(a, who, cmd.Worker, cmd.Certificate)
	})
}

type certificateEndCmd struct {
	Worker      registry.WorkerID      `arg:"" help:"Id of the file."`
	Certificate registry.CertificateID `arg:"" help:"Id of the certificate."`
	On          string                 `help:"The first day on which it does not count, 2006-01-02." required:""`
	Why         string                 `help:"The reason, which stays in the log: no name, no number." required:""`
}

func (certificateEndCmd) Help() string {
	return "Example:\n  tuoxing certificates revoke 123456789 987654321 --on 2023-05-01 --why 冒名取得"
}

// Run revokes a certificate.
func (cmd *certificateEndCmd) Run(c *console) error {
	on, err := date.Parse(cmd.On)
	if err != nil {
		return fieldFault("on", "cli.date_unreadable", cmd.On)
	}
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		err := a.Registry.RevokeCertificate(c.ctx, who, registry.RevokeCertificateInput{Worker: cmd.Worker, Certificate: cmd.Certificate, On: on, Why: cmd.Why})
		if err != nil {
			return err
		}
		return c.printCertificate(a, who, cmd.Worker, cmd.Certificate)
	})
}

type certificateBackCmd struct {
	Worker      registry.WorkerID      `arg:"" help:"Id of the file."`
	Certificate registry.CertificateID `arg:"" help:"Id of the certificate."`
	Why         string                 `help:"The reason, which stays in the log: no name, no number." required:""`
}

func (certificateBackCmd) Help() string {
	return "Example:\n  tuoxing certificates restore 123456789 987654321 --why 经发证方核实有效"
}

// Run takes a revocation back.
func (cmd *certificateBackCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		if err := a.Registry.RestoreCertificate(c.ctx, who, cmd.Worker, cmd.Certificate, cmd.Why); err != nil {
			return err
		}
		return c.printCertificate(a, who, cmd.Worker, cmd.Certificate)
	})
}

// changeDoc is by how much a figure changes.
type changeDoc struct {
	Figure   string   `json:"figure"`
	District int32    `json:"district"`
	From     date.Day `json:"from"`
	To       date.Day `json:"to"`
	By       int64    `json:"by"`
}

func changeDocs(list []registry.FigureChange) []changeDoc {
	out := make([]changeDoc, len(list))
	for i, f := range list {
		out[i] = changeDoc{f.Indicator, f.District, f.From, f.To, f.By}
	}
	return out
}

func (c *console) printCertificate(a *app.App, who account.Actor, worker registry.WorkerID, id registry.CertificateID) error {
	f, err := a.Registry.FindCertificate(c.ctx, who, worker, id)
	if err != nil {
		return err
	}
	if c.JSON {
		facts := make([]map[string]any, len(f.Facts))
		for i, x := range f.Facts {
			facts[i] = map[string]any{"block": x.Block, "position": x.Position, "on": x.OccurredOn, "quantity": x.Quantity, "taken": x.Taken}
		}
		c.printJSON(map[string]any{"certificate": heldOf(a, &f.Held), "facts": facts, "counts": changeDocs(f.Counts), "lost": changeDocs(f.Lost), "uses": len(f.Uses), "demo": a.Demo})
		return nil
	}
	l, err := a.Figures.Labels(c.ctx, date.On(a.DB.Now()), c.p)
	if err != nil {
		return err
	}
	c.line("%s", c.p.T("cli.certificate", c.p.T("registry.validity_"+string(f.Validity)), len(f.Facts), len(f.Uses)))
	var rows [][]string
	add := func(list []registry.FigureChange, word string) {
		for _, x := range list {
			rows = append(rows, []string{x.Indicator, l.Of(ledger.District, int64(x.District)), x.From.String(), x.To.String(), strconv.FormatInt(x.By, 10), c.p.T(word)})
		}
	}
	add(f.Lost, "cli.counts_no_more")
	add(f.Counts, "cli.counts_in")
	c.table([]string{c.p.T("cli.figure"), l.Dim(ledger.District), c.p.T("cli.from"), c.p.T("cli.to"), ">" + c.p.T("cli.by"), c.p.T("cli.state")}, rows)
	c.mark()
	return nil
}
