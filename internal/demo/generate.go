package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

// The kinds of files, named as the import names them.
const (
	KindOrganisations = "organisations"
	KindRoster        = "roster"
	KindCertificates  = "certificates"
	KindStatistics    = "statistics"
)

// ManifestName is the file that says what the others hold.
const ManifestName = "清单.json"

// DefaultSeed and DefaultWorkers are the city at 1:100 that the documentation shows.
const (
	DefaultSeed    = 1
	DefaultWorkers = 6_800
)

// Options say what to write and where.
type Options struct {
	Dir     string // made when missing; files of the same names are replaced
	Seed    uint64
	Workers int // number of 产业工人, MinWorkers … MaxWorkers; CityWorkers for the whole city
	// Dirty adds lists full of planted defects beside the city's files, with DefectList, which says
	// what a right import does with each row. DirtyRows is about how many people's rows they have,
	// 0 for DefaultDirtyRows; it is kept between 1,000 and 500,000.
	Dirty     bool
	DirtyRows int
	// Doubles adds lists in which 2 % of the employees stand again under a number that makes another
	// file, and DoubleList, which says who is whom.
	Doubles bool
	// Progress, when set, hears how many of about how many rows are written, and the file in
	// work. It is called from the goroutine of Generate.
	Progress func(done, total int, what string)
}

// Check refuses a scale at which the populations cannot be kept.
func (o Options) Check() error {
	var c fault.Check
	if o.Dir == "" {
		c.Add("dir", "demo.dir_empty")
	}
	if o.Workers < MinWorkers || o.Workers > MaxWorkers {
		c.Add("scale", "demo.scale_range", MinWorkers, MaxWorkers)
	}
	return c.Err()
}

// File is one file, to be imported in the order of the manifest.
type File struct {
	Name     string    `json:"name"`
	Kind     string    `json:"kind"`
	AsOf     date.Day  `json:"as_of"`
	Full     bool      `json:"full"` // 全量: who is absent has left
	Org      string    `json:"org"`  // credit code of the organisation that sends it
	OrgName  string    `json:"org_name"`
	Expected Expected  `json:"expected"`
	Planted  []Planted `json:"planted,omitempty"`
}

// Manifest is what a generated city holds.
type Manifest struct {
	Seed    uint64  `json:"seed"`
	Numbers Numbers `json:"numbers"`
	Files   []File  `json:"files"`
	Dirty   []File  `json:"dirty,omitempty"`   // lists full of defects, to be imported after the files
	Doubles []File  `json:"doubles,omitempty"` // lists of people who have a file already, to be imported after the files
}

// source is one file to be written.
type source struct {
	File
	format  format
	sheet   string
	columns int
	write   func(*fileWriter) error
}

// Generate writes the files of a made-up city and their manifest. It stops between rows when ctx
// ends; a file begun is then removed. Errors: Invalid for options out of range.
func Generate(ctx context.Context, o Options) (Manifest, error) {
	if err := o.Check(); err != nil {
		return Manifest{}, err
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return Manifest{}, fmt.Errorf("make the demo folder: %w", err)
	}
	m := build(o.Seed, o.Workers)
	result := Manifest{Seed: o.Seed, Numbers: m.plan}
	p := progress{to: o.Progress, total: m.about()}
	for _, s := range m.sources() {
		if err := writeFile(ctx, o.Dir, &s, &p); err != nil {
			return Manifest{}, fmt.Errorf("write %s: %w", s.Name, err)
		}
		result.Files = append(result.Files, s.File)
	}
	if o.Dirty {
		var err error
		if result.Dirty, err = generateDirty(ctx, o, m); err != nil {
			return Manifest{}, err
		}
	}
	if o.Doubles {
		var err error
		if result.Doubles, err = generateDoubles(ctx, o, m); err != nil {
			return Manifest{}, fmt.Errorf("write the lists of people on file: %w", err)
		}
	}
	p.total = p.done
	p.say(ManifestName)
	return result, writeManifest(filepath.Join(o.Dir, ManifestName), result)
}

// sources lists the files in the order in which they are imported.
func (m *made) sources() []source {
	day := strings.ReplaceAll(AsOf.String(), "-", "")
	union := File{AsOf: AsOf, Org: houseCredit(0), OrgName: cityUnion}
	with := func(f File, name, kind string) File {
		f.Name, f.Kind = name, kind
		return f
	}
	list := []source{{with(union, "组织机构.xlsx", KindOrganisations), xlsx, "组织机构", len(organisationHeads), m.writeOrganisations}}
	for i, u := range units {
		f := layouts[i].format
		list = append(list, source{
			File{Name: "职工花名册_" + u.name + "_" + day + f.suffix(), Kind: KindRoster, AsOf: AsOf, Full: true,
				Org: unitCredit(i), OrgName: u.name},
			f, "花名册", len(layouts[i].columns), func(w *fileWriter) error { return m.writeRoster(w, i) },
		})
	}
	bureau := File{AsOf: AsOf, Org: houseCredit(1), OrgName: humanBureau}
	return append(list,
		source{with(bureau, "市人社局_技能等级证书名册.xlsx", KindCertificates), xlsx, "证书名册", len(certificateHeads), m.writeCertificates},
		source{with(union, "外部统计_从业人员.xlsx", KindStatistics), xlsx, "从业人员", len(statisticHeads), m.writeStatistics})
}

// writeFile writes one source and enters its counts.
func writeFile(ctx context.Context, dir string, s *source, p *progress) error {
	path := filepath.Join(dir, s.Name)
	t, err := openTable(path, s.format, s.sheet, s.columns)
	if err != nil {
		return err
	}
	w := fileWriter{ctx: ctx, table: t, tick: func() { p.row(s.Name) }}
	err = s.write(&w)
	if e := t.close(); err == nil {
		err = e
	}
	if err != nil {
		_ = os.Remove(path) // half a file must not be taken for a whole one; the first error is told
		return err
	}
	s.Expected, s.Planted = w.counts, w.planted
	p.say(s.Name)
	return nil
}

func writeManifest(path string, m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the demo manifest: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the demo manifest: %w", err)
	}
	return nil
}

// progress tells how far the writing is.
type progress struct {
	to          func(done, total int, what string)
	done, total int
}

// progressEvery is the number of rows between two reports.
const progressEvery = 1000

func (p *progress) row(what string) {
	if p.done++; p.done%progressEvery == 0 {
		p.say(what)
	}
}

func (p *progress) say(what string) {
	if p.to != nil {
		p.to(p.done, max(p.done, p.total), what)
	}
}

// about estimates the rows of all files: the number of earlier certificates is known only when
// they are drawn; 15 in 100 holders have one.
func (m *made) about() int {
	return len(houses) + len(units) + len(m.firms) + m.plan.Employees + m.plan.Holders*115/100 + len(districts)
}
