// Package cli is the command-line door: one file per command, each a thin call of the same verbs
// that pages and API call. Whoever runs it holds the database and its key file, and acts as the
// operator. A rule written here is a bug.
//
// Every command has --json (one object on stdout and nothing else), --lang, an example in its
// help, and the exit codes below.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
)

// exitCodes is the one table from the kind of a fault to what the process ends with.
var exitCodes = map[fault.Kind]int{
	fault.Internal:        1,
	fault.Invalid:         3,
	fault.NotFound:        4,
	fault.Conflict:        5,
	fault.Forbidden:       6,
	fault.Unauthenticated: 6,
	fault.TooLarge:        3,
	fault.Unavailable:     1,
}

const exitUsage = 2

// globals are the flags of every command.
type globals struct {
	DB     string `help:"Database: a file path (SQLite) or a postgres:// URL." placeholder:"DB"`
	Config string `help:"Configuration file (YAML)." default:"tuoxing.yaml" type:"path"`
	Lang   string `help:"Language of messages: zh or en." enum:"zh,en" default:"zh"`
	JSON   bool   `name:"json" help:"One JSON object on stdout, nothing else."`
}

// commands is the whole command line.
type commands struct {
	globals

	Demo          demoCmd          `cmd:"" help:"Make a made-up city, run its year through the real intake, print its figures, serve its pages."`
	Generate      generateCmd      `cmd:"" help:"Write only the spreadsheets of the made-up city."`
	Serve         serveCmd         `cmd:"" help:"Serve pages and API."`
	Import        importCmd        `cmd:"" help:"Take spreadsheets in."`
	Imports       importsCmd       `cmd:"" help:"List what was taken in."`
	Mappings      mappingsCmd      `cmd:"" help:"List what was said of the columns of sheets with odd headings, or forget it."`
	Leavers       leaversCmd       `cmd:"" help:"List, confirm or reject the leavers that a complete roster proposes, or take a decision back."`
	Duplicates    duplicatesCmd    `cmd:"" help:"Find files that may be one person's, merge them, or take a merge back."`
	Organisations organisationsCmd `cmd:"" help:"List units as they were on a day, or show one with its history."`
	Conflicts     conflictsCmd     `cmd:"" help:"List conflicts between sources, decide which statement holds, or take that back."`
	Certificates  certificatesCmd  `cmd:"" help:"List a person's certificates, open one, revoke it or take that back."`
	Requests      requestsCmd      `cmd:"" help:"What people ask about their own data, due in working days."`
	Erase         eraseCmd         `cmd:"" help:"Erase a person: the key is destroyed, the facts stay."`
	Scrub         scrubCmd         `cmd:"" help:"Write the database anew without the remains of what was erased."`
	Undo          undoCmd          `cmd:"" help:"Take an import back by reversal."`
	Blocks        blocksCmd        `cmd:"" help:"List the sealed blocks of the ledger."`
	Check         checkCmd         `cmd:"" help:"Check numbers, one a line on stdin."`
	Figures       figuresCmd       `cmd:"" help:"Print figures with unit, numerator, denominator, date and block."`
	Trace         traceCmd         `cmd:"" help:"Open a figure to the rows behind it."`
	Export        exportCmd        `cmd:"" help:"Write a list into a spreadsheet, with control totals."`
	Sheet         sheetCmd         `cmd:"" help:"Write a sheet filled with what is on file, to be corrected and taken in again."`
	Verify        verifyCmd        `cmd:"" help:"Re-hash the ledger and compare it with every row it stands for."`
	Filings       filingsCmd       `cmd:"" help:"Returns (报送): ask units for sheets, see who has sent, remind."`
	Slips         slipsCmd         `cmd:"" help:"Make activation slips for people who have no login."`
	User          userCmd          `cmd:"" help:"Manage users."`
	Audit         auditCmd         `cmd:"" help:"Search the audit log and verify its chain."`
	Migrate       migrateCmd       `cmd:"" help:"Bring a database to this version."`
	Backup        backupCmd        `cmd:"" help:"Write everything but the key file into one archive."`
	Restore       restoreCmd       `cmd:"" help:"Fill an empty database from an archive."`
	Config_       configCmd        `cmd:"" name:"config" help:"Show how a process would run."`
	Bench         benchCmd         `cmd:"" help:"Measure imports, sums, openings and the start on this machine."`
	Gallery       galleryCmd       `cmd:"" help:"Serve every page with sample data; needs no database."`
}

// console is what a command has at hand.
type console struct {
	globals
	ctx    context.Context
	in     io.Reader
	out    io.Writer
	err    io.Writer
	getenv func(string) string
	p      locale.Printer
	log    *slog.Logger
	demo   bool // the opened database holds a made-up city
}

// Main runs a command line and gives the exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cmds commands
	c := &console{ctx: ctx, in: stdin, out: stdout, err: stderr, getenv: getenv, log: slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	code := -1
	parser, err := kong.New(&cmds,
		kong.Name("tuoxing"), kong.Description("Tuoxing (托星): the working platform of the industrial-workforce reform.\n\nExit codes: 0 done · 1 internal · 2 usage · 3 invalid input · 4 not found · 5 conflict · 6 forbidden."),
		kong.Writers(stdout, stderr), kong.Exit(func(n int) { code = n }), kong.UsageOnError(), kong.Bind(c))
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	run, err := parser.Parse(args)
	if code >= 0 { // --help was asked for and answered
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "tuoxing: %v\n", err)
		return exitUsage
	}
	c.globals = cmds.globals
	c.p = locale.New(locale.Lang(cmds.Lang))
	if err := run.Run(c); err != nil {
		return c.fail(err)
	}
	return 0
}

// problem is how an error is told with --json.
type problem struct {
	Error   string   `json:"error"`
	Message string   `json:"message"`
	Fix     string   `json:"fix,omitempty"`
	Fields  []string `json:"fields,omitempty"`
}

// fail tells an error once and gives the exit code. Nothing internal is printed as an answer; the
// chain of an internal error goes to stderr for whoever runs the program.
func (c *console) fail(err error) int {
	kind := fault.KindOf(err)
	d, told := errors.AsType[*differs](err)
	if told {
		err = d.err
	}
	message, fix := c.p.Fault(err)
	out := problem{Error: kind.String(), Message: message, Fix: fix}
	for _, f := range fault.Fields(err) {
		out.Fields = append(out.Fields, f.Name+": "+c.p.Field(f))
	}
	if c.JSON {
		c.printJSON(out)
	} else {
		fmt.Fprintf(c.err, "tuoxing: %s\n", message)
		for _, line := range out.Fields {
			fmt.Fprintf(c.err, "  %s\n", line)
		}
		if fix != "" {
			fmt.Fprintf(c.err, "  %s\n", fix)
		}
	}
	if kind == fault.Internal && !told && !errors.Is(err, context.Canceled) {
		fmt.Fprintf(c.err, "tuoxing: %v\n", err)
	}
	return exitCodes[kind]
}

// config reads the configuration as this command line means it.
func (c *console) config() (app.Config, error) {
	cfg, err := app.ReadConfig(c.Config, c.Config != "" && !strings.HasSuffix(c.Config, "tuoxing.yaml"), c.getenv)
	if c.DB != "" {
		cfg.DB = c.DB
	}
	return cfg, err
}

// open opens the installation for a command.
func (c *console) open(opt app.Options) (*app.App, error) {
	cfg, err := c.config()
	if err != nil {
		return nil, err
	}
	a, err := app.Open(c.ctx, cfg, c.log, opt)
	if err == nil {
		c.demo = a.Demo
	}
	return a, err
}

// with opens the installation, runs fn as the operator and closes it.
func (c *console) with(opt app.Options, fn func(a *app.App, who account.Actor) error) (err error) {
	a, err := c.open(opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return fn(a, account.Operator())
}

// printJSON prints the one object of --json.
func (c *console) printJSON(v any) {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		fmt.Fprintln(c.err, err)
	}
}

// printLine prints one object on one line.
func (c *console) printLine(v any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// now is the real clock: for values checked without a database.
func now() time.Time { return time.Now() }

// line prints one line for people; with --json nothing but the object is printed.
func (c *console) line(format string, args ...any) {
	if !c.JSON {
		fmt.Fprintf(c.out, format+"\n", args...)
	}
}

// mark says below a print that the data are made up.
func (c *console) mark() {
	if c.demo {
		c.line("%s", c.p.T("demo.mark"))
	}
}
