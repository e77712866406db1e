package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/demo"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
)

// The tests of kill −9 need a process that dies. This binary starts itself again with this variable and is
// then an installation in the middle of an import.
const envKilled = "TUOXING_APP_KILLED"

// order is what the process that dies has to do.
type order struct {
	Config Config
	Import intake.ImportID
	Phase  string
	Out    string // of the workbook of refused rows
}

func TestMain(m *testing.M) {
	if text := os.Getenv(envKilled); text != "" {
		if err := obey(context.Background(), text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// obey does one phase between two words on standard output.
func obey(ctx context.Context, text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	a, err := Open(ctx, o.Config, quiet, Options{})
	if err != nil {
		return err
	}
	fmt.Println("begun")
	if err := a.phase(ctx, o); err != nil {
		return err
	}
	fmt.Println("done")
	return a.Close()
}

// The phases of an import in which the process is killed.
const (
	staging   = "staging"
	applying  = "applying"
	reporting = "reporting"
)

func (a *App) phase(ctx context.Context, o order) error {
	v, err := a.Viewer(ctx, account.Operator())
	if err != nil {
		return err
	}
	switch o.Phase {
	case staging:
		_, err = a.Intake.Stage(ctx, v, o.Import)
	case applying:
		_, err = a.Intake.Apply(ctx, v, o.Import)
	case reporting:
		var f *os.File
		if f, err = os.Create(o.Out); err != nil {
			return err
		}
		if err = a.Intake.Rejects(ctx, v, o.Import, locale.New(locale.ZH), f); err == nil {
			err = f.Close()
		}
	}
	return err
}

// The rows of the roster that is being imported, and in how many moments of each phase the process dies.
const (
	killedRows      = 3_000
	momentsEveryDay = 1
	momentsLong     = 10
)

// killing is a city about to take a roster in, once for each phase.
type killing struct {
	before  map[string]city // the city as each phase begins
	id      intake.ImportID
	old     answers
	new     answers
	want    []string // the undisturbed city, row by row
	rejects []byte
	took    map[string]time.Duration
}

// Wherever the process dies, readers see the figures of before or those of after, and whoever goes on
// comes to the city that nobody disturbed.
func TestImport_killed_at_any_moment_leaves_the_old_figures_or_the_new_ones(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("the seed drawn is %d", seed)
	draw := rand.New(rand.NewPCG(seed, 1))
	moments := momentsEveryDay
	if os.Getenv(envLong) == "1" {
		moments = momentsLong
	}
	k := prepareKilling(t)
	for _, phase := range []string{staging, applying, reporting} {
		for i := range moments {
			after := time.Duration(draw.Float64() * float64(k.took[phase]))
			t.Run(fmt.Sprintf("%s_%d", phase, i), func(t *testing.T) {
				if moments == momentsEveryDay {
					t.Parallel()
				}
				k.kill(t, phase, after)
			})
		}
	}
}

// prepareKilling takes the roster in undisturbed, with a copy of the city before each phase.
func prepareKilling(t *testing.T) *killing {
	t.Helper()
	c := newCity(t)
	a, err := Open(t.Context(), c.cfg, quiet, Options{Create: true, FixedNow: demoStart})
	must(t, err)
	m, err := demo.Generate(t.Context(), demo.Options{Dir: c.dir, Seed: 4, Workers: scale, Dirty: true, DirtyRows: killedRows})
	must(t, err)
	must(t, a.MarkDemo(t.Context()))
	for _, f := range m.Files {
		take(t, a, c.dir, f)
	}
	var roster demo.File
	for _, f := range m.Dirty {
		switch f.Kind {
		case demo.KindOrganisations:
			take(t, a, c.dir, f)
		case demo.KindRoster:
			if roster.Name == "" {
				roster = f
			}
		}
	}
	v, err := a.Viewer(t.Context(), account.Operator())
	must(t, err)
	k := &killing{before: map[string]city{}, took: map[string]time.Duration{}, old: answersOf(t, a)}
	in, err := os.Open(c.dir + "/" + roster.Name)
	must(t, err)
	defer in.Close()
	k.id, err = a.Intake.Receive(t.Context(), v, roster.Name, in, intake.Options{Kind: roster.Kind, AsOf: roster.AsOf})
	must(t, err)
	must(t, a.RunClock(t.Context()))
	must(t, a.Close())
	out := t.TempDir() + "/rejects.xlsx"
	for _, phase := range []string{staging, applying, reporting} {
		kept := c
		kept.cfg.DB, kept.cfg.FilesDir = c.copyDB(t), c.copyFiles(t)
		k.before[phase] = kept
		a, err := Open(t.Context(), c.cfg, quiet, Options{})
		must(t, err)
		from := time.Now()
		must(t, a.phase(t.Context(), order{Import: k.id, Phase: phase, Out: out}))
		k.took[phase] = time.Since(from)
		if phase == reporting {
			k.new, k.want = answersOf(t, a), normalised(t, a)
		}
		must(t, a.Close())
	}
	k.rejects, err = os.ReadFile(out)
	must(t, err)
	if cmp.Equal(k.old, k.new) || len(k.want) < killedRows {
		t.Fatalf("the roster changes nothing: %d rows", len(k.want))
	}
	return k
}

// kill starts the phase in another process, kills that after a while, and goes on from there.
func (k *killing) kill(t *testing.T, phase string, after time.Duration) {
	a := k.before[phase].open(t)
	out := t.TempDir() + "/rejects.xlsx"
	o := order{Config: a.Config, Import: k.id, Phase: phase, Out: out}
	stop := make(chan struct{})
	watched := make(chan error, 1)
	var looks atomic.Int64
	go func() { watched <- k.watch(a, stop, &looks) }()
	finished := die(t, o, after)
	close(stop)
	must(t, <-watched)
	t.Logf("killed after %v (finished before: %v), %d looks at the figures", after, finished, looks.Load())
	if looks.Load() == 0 {
		t.Error("nobody looked at the figures meanwhile")
	}
	got := answersOf(t, a)
	switch {
	case phase != reporting && cmp.Equal(got, k.old): // for staging always
	case phase != staging && cmp.Equal(got, k.new):
	default:
		t.Error("the figures are neither those of before nor those of after")
	}
	k.goOn(t, a, o)
	if diff := cmp.Diff(k.want, normalised(t, a)); diff != "" {
		t.Errorf("rows and facts differ from the undisturbed ones (-undisturbed +killed):\n%.3000s", diff)
	}
	if diff := cmp.Diff(k.new, answersOf(t, a)); diff != "" {
		t.Errorf("figures (-undisturbed +killed):\n%.3000s", diff)
	}
	_, err := a.Verify(t.Context(), "")
	must(t, err)
	again, err := os.ReadFile(out)
	must(t, err)
	if !bytes.Equal(again, k.rejects) {
		t.Errorf("the workbook of refused rows has %d bytes, undisturbed %d, or others", len(again), len(k.rejects))
	}
}

// goOn does what is left, as a person would who finds the import in the state in which it is.
func (k *killing) goOn(t *testing.T, a *App, o order) {
	t.Helper()
	v, err := a.Viewer(t.Context(), account.Operator())
	must(t, err)
	for _, phase := range []string{staging, applying, reporting} {
		r, err := a.Intake.Find(t.Context(), v, o.Import)
		must(t, err)
		if (phase == staging && (r.State == intake.Staged || r.State == intake.Applied)) || (phase == applying && r.State == intake.Applied) {
			continue
		}
		next := o
		next.Phase = phase
		must(t, a.phase(t.Context(), next))
	}
}

// die runs the phase in a process that is killed after a while, counted from its first word. It reports whether
// the phase had come to its end before.
func die(t *testing.T, o order, after time.Duration) (finished bool) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	text, err := json.Marshal(o)
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), envKilled+"="+string(text))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	pipe, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	said := bufio.NewReader(pipe)
	if line, err := said.ReadString('\n'); err != nil || strings.TrimSpace(line) != "begun" {
		t.Fatalf("the process said %q, %v\n%s", line, err, stderr.String())
	}
	time.Sleep(after) // the moment at which it dies, not a wait for something to happen
	must(t, cmd.Process.Kill())
	rest, err := io.ReadAll(said)
	must(t, err)
	err = cmd.Wait()
	if finished = strings.Contains(string(rest), "done"); !finished && (err == nil || stderr.Len() > 0) {
		t.Fatalf("it was not killed but ended by itself: %v\n%s", err, stderr.String())
	}
	return finished
}

// answers are the cells of figures, each with its cross table by district, as text.
type answers map[string]string

func answersOf(t *testing.T, a *App) answers {
	t.Helper()
	out := answers{}
	must(t, a.eachAnswer(t.Context(), func(name, text string) error { out[name] = text; return nil }))
	return out
}

// eachAnswer asks every figure once in full and once by district.
func (a *App) eachAnswer(ctx context.Context, each func(name, text string) error) error {
	for _, ind := range a.Figures.Catalogue.List() {
		req := figure.Request{Name: ind.Name, On: asOf}
		if has(ind, ledger.District) {
			req.By = []ledger.Dim{ledger.District}
		}
		v, err := a.Figures.Value(ctx, account.Operator(), req)
		if err != nil {
			return err
		}
		text, err := json.Marshal([]any{v.Total, v.Cells})
		if err != nil {
			return err
		}
		if err := each(ind.Name, string(text)); err != nil {
			return err
		}
	}
	return nil
}

// watch looks at the figures again and again: each answer is that of before or that of after.
func (k *killing) watch(a *App, stop <-chan struct{}, looks *atomic.Int64) error {
	for {
		err := a.eachAnswer(context.Background(), func(name, text string) error {
			if text != k.old[name] && text != k.new[name] {
				return fmt.Errorf("%s is neither the old nor the new one: %s", name, text)
			}
			looks.Add(1)
			return nil
		})
		if err != nil {
			return err
		}
		select {
		case <-stop:
			return nil
		default:
		}
	}
}

// normalised gives every row of people and every fact as text, sorted: people are named by the blind index of
// their number, which is the same in every copy, and what is an id or an instant is left out.
func normalised(t *testing.T, a *App) []string {
	t.Helper()
	people := map[int64]string{}
	var out []string
	must(t, a.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		err := tx.Query(t.Context(), `SELECT worker_id, number_index FROM registry_number`, nil, func(row db.Scanner) error {
			var w int64
			var index []byte
			err := row.Scan(&w, &index)
			people[w] = hex.EncodeToString(index[:8])
			return err
		})
		for _, query := range []string{
			`SELECT worker_id, 'file', name || id_kind, unit_id, employer_id, district, rank, rank_ever, worker_class, sex, birth_month FROM registry_worker`,
			`SELECT worker_id, 'job', '', employer_id, post, occupation, CASE WHEN member THEN 1 ELSE 0 END, CASE WHEN main THEN 1 ELSE 0 END, sex, birth_month, line FROM registry_employment WHERE withdrawn_at IS NULL`,
			`SELECT worker_id, 'certificate', '', rank, occupation, district, sex, birth_month, line, 0, 0 FROM registry_certificate WHERE withdrawn_at IS NULL`,
			`SELECT worker_id, 'fact', attr, kind * 1000 + cause, quantity, employer_id, district, rank * 10 + rank_ever, birth_month, worker_class, line FROM ledger_fact`,
			`SELECT 0, 'staged', '', rows, batch, 0, 0, 0, 0, 0, 0 FROM intake_stage`,
			`SELECT 0, 'problems', '', rows, batch, 0, 0, 0, 0, 0, 0 FROM intake_problem_batch`,
			`SELECT 0, state, kind, rows_read, accepted, mended, refused, duplicate, skipped, applied, block FROM intake_import`,
		} {
			if err != nil {
				return err
			}
			err = tx.Query(t.Context(), query, nil, func(row db.Scanner) error {
				var w int64
				var what, text string
				var n [8]int64
				err := row.Scan(&w, &what, &text, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7])
				out = append(out, fmt.Sprint(what, " ", people[w], " ", text, n))
				return err
			})
		}
		if err != nil {
			return err
		}
		return tx.Query(t.Context(), `SELECT heads FROM intake_row_batch`, nil, func(row db.Scanner) error {
			var heads []byte
			err := row.Scan(&heads)
			for head := range slices.Chunk(heads, 16) { // worker, line, length
				out = append(out, fmt.Sprint("cells ", people[int64(binary.BigEndian.Uint64(head))], binary.BigEndian.Uint32(head[8:]), binary.BigEndian.Uint32(head[12:])))
			}
			return err
		})
	}))
	slices.Sort(out)
	return out
}
