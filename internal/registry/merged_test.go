package registry

import (
	"context"
	"maps"
	"slices"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
)

// The two numbers of 王小明: one digit was mistyped. 王大力 is somebody else.
var (
	rightNumber = idOf("19900101", 11)
	wrongNumber = idOf("19900101", 71)
	elseNumber  = idOf("19850606", 33)
)

func listedAt(employer, number string, more cells) cells {
	name := "王小明"
	if number == elseNumber {
		name = "王大力"
	}
	return with(with(rowOf("roster"), cells{colName: name, colID: number, colEmployer: employer, colStarted: "2021-01-01"}), more)
}

func paper(number string, serial int, more cells) cells {
	return with(with(rowOf("certificates"), cells{colID: number, colNumber: certificateNumber(2022, 3, serial)}), more)
}

// fileOf finds the file that bears a number.
func (d *desk) fileOf(number string) WorkerID {
	d.t.Helper()
	found := map[string]WorkerID{}
	d.read(func(ctx context.Context, tx *db.Tx) error {
		return findByIndex(ctx, tx, "registry_number", [][]byte{d.svc.Vault.BlindIndex(indexID, number)}, found)
	})
	for _, w := range found {
		return w
	}
	d.t.Fatalf("no file bears %s", number)
	return 0
}

func (d *desk) find(w WorkerID) *File {
	d.t.Helper()
	f, err := d.svc.Find(d.t.Context(), account.Operator(), w)
	must(d.t, err)
	return f
}

func (d *desk) mergeFiles() (survivor, loser WorkerID) {
	d.t.Helper()
	survivor, loser = d.fileOf(rightNumber), d.fileOf(wrongNumber)
	must(d.t, d.svc.Merge(d.t.Context(), account.Operator(), survivor, loser, "证件号码录错"))
	return survivor, loser
}

func (d *desk) unmergeFile(loser WorkerID) {
	d.t.Helper()
	must(d.t, d.svc.Unmerge(d.t.Context(), account.Operator(), loser, "经核实为两人"))
}

func (d *desk) undoImport(id intake.ImportID) {
	d.t.Helper()
	_, err := d.intake.Undo(d.t.Context(), everyone, id, "送错了文件")
	must(d.t, err)
}

// sound verifies timelines and ledger.
func (d *desk) sound() {
	d.t.Helper()
	must(d.t, d.svc.DB.ReadTx(d.t.Context(), func(tx *db.Tx) error {
		_, err := d.svc.VerifyTimelines(d.t.Context(), tx)
		return err
	}))
	must(d.t, d.verifyLedger())
}

func employersIn(f *File) (out []org.UnitID) {
	for _, j := range f.Jobs {
		out = append(out, j.Employer)
	}
	return out
}

func TestRoster_row_with_a_merged_number_lands_on_the_survivors_timeline(t *testing.T) {
	t.Parallel()
	for name, number := range map[string]string{"18 digits": wrongNumber, "15 digits": wrongNumber[:6] + wrongNumber[8:17]} {
		d := newDesk(t)
		d.send(intake.Options{Kind: "roster", AsOf: day("2022-06-30")}, listedAt("光学厂", rightNumber, nil), listedAt("建筑公司", wrongNumber, nil))
		a, b := d.mergeFiles()
		r := d.send(intake.Options{Kind: "roster", AsOf: day("2023-03-31")}, listedAt("软件公司", number, cells{colMain: "是", colStarted: "2023-02-01"}))
		if r.Applied != 1 || r.Block == 0 {
			t.Errorf("%s: %+v", name, r)
		}
		f := d.find(a)
		if got := employersIn(f); !slices.Equal(got, []org.UnitID{unitOptics, unitBuilders, unitSoftware}) && !slices.Equal(got, []org.UnitID{unitBuilders, unitOptics, unitSoftware}) {
			t.Errorf("%s: employers %v", name, got)
		}
		people := slices.DeleteFunc(slices.Clone(f.Facts), func(x ledger.Placed) bool { return x.Kind != ledger.Worker }) // the other employments are posts now
		last := people[len(people)-1]
		if org.UnitID(last.Employer) != unitSoftware || last.Import != int64(r.ID) {
			t.Errorf("%s: the last fact is %+v", name, last)
		}
		for _, x := range ledger.InForce(d.find(b).Facts) {
			t.Errorf("%s: the merged file has the fact %+v", name, x)
		}
		// The same row again, under the other number, says nothing new.
		if again := d.send(intake.Options{Kind: "roster", AsOf: day("2023-03-31")}, listedAt("软件公司", rightNumber, cells{colMain: "是", colStarted: "2023-02-01"})); again.Applied != 0 || again.Duplicate != 1 {
			t.Errorf("%s: again under the right number: %+v", name, again)
		}
		d.sound()
	}
}

func TestCertificate_rows_of_a_merged_holder_are_one_persons(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	list := intake.Options{Kind: "certificates", AsOf: day("2023-03-31")}
	d.send(intake.Options{Kind: "roster", AsOf: day("2022-06-30")}, listedAt("光学厂", rightNumber, nil), listedAt("光学厂", wrongNumber, nil), listedAt("光学厂", elseNumber, nil))
	first := d.send(list, paper(rightNumber, 1, nil))
	a, b := d.mergeFiles()
	// The same certificate under the merged number is the person's own; a second one is the person's too.
	same := d.send(list, paper(wrongNumber, 1, nil))
	if same.Duplicate != 1 || same.Refused != 0 {
		t.Errorf("the same certificate: %+v %+v", same.Counts, same.Rules)
	}
	d.send(list, paper(wrongNumber, 2, cells{colLevel: "技师", colNumber: certificateNumber(2022, 2, 2)}))
	if f := d.find(a); len(f.Certificates) != 2 || f.Certificates[0].NumberMasked == "" || f.Certificates[1].NumberMasked == "" || f.RankEver != 5 {
		t.Errorf("certificates %+v, rank %d", f.Certificates, f.RankEver)
	}
	claim := func() bool {
		t.Helper()
		r := d.stage(list, with(paper(elseNumber, 1, nil), cells{colName: "王大力"}))
		must(t, d.intake.Discard(t.Context(), everyone, r.ID))
		return r.Refused == 0
	}
	if claim() {
		t.Error("somebody else's claim goes through")
	}
	// Only the row under the merged number names the certificate now: the number is not free.
	d.undoImport(first.ID)
	if claim() {
		t.Error("with the first list undone, somebody else may claim the certificate of a merged person")
	}
	if f := d.find(a); len(f.Certificates) != 2 {
		t.Errorf("%d certificates after the undo", len(f.Certificates))
	}
	d.unmergeFile(b)
	if claim() {
		t.Error("un-merged, somebody else may claim it")
	}
	if again := d.send(list, paper(wrongNumber, 1, cells{colSex: "男"})); again.Duplicate != 1 {
		t.Errorf("un-merged, its holder's own row: %+v %+v", again.Counts, again.Rules)
	}
	d.sound()
	d.undoImport(same.ID)
	if claim() { // the row sent last still names it
		t.Error("a number that a row in force names was given away")
	}
}

func TestComplete_roster_with_either_number_of_a_merged_person_proposes_nobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.send(intake.Options{Kind: "roster", AsOf: day("2022-06-30")}, listedAt("光学厂", rightNumber, nil), listedAt("光学厂", wrongNumber, nil), listedAt("光学厂", elseNumber, nil))
	_, b := d.mergeFiles()
	full := intake.Options{Kind: "roster", Full: true, Unit: int64(unitOptics), AsOf: day("2022-12-31")}
	for _, number := range []string{rightNumber, wrongNumber} {
		r := d.send(full, listedAt("光学厂", number, nil), listedAt("光学厂", elseNumber, nil))
		if r.Proposed != 0 || r.Standing != 2 {
			t.Errorf("listed as %s: %d proposed of %d", number, r.Proposed, r.Standing)
		}
		full.AsOf += 30
	}
	full.ConfirmAbsent = 1
	r := d.send(full, listedAt("光学厂", elseNumber, nil))
	if r.Proposed != 1 || r.Standing != 2 {
		t.Errorf("listed under neither: %d proposed of %d", r.Proposed, r.Standing)
	}
	list, err := d.svc.Leavers(t.Context(), account.Operator(), r.ID)
	if err != nil || len(list) != 1 || list[0].Worker != d.fileOf(rightNumber) || list[0].Name != "王小明" {
		t.Errorf("leavers %+v %v", list, err)
	}
	d.unmergeFile(b)
	if list, err = d.svc.Leavers(t.Context(), account.Operator(), r.ID); err != nil || len(list) != 2 {
		t.Errorf("un-merged, each file has the proposal: %+v %v", list, err)
	}
}

// The usual way in which a duplicate shows: the roster names the right number, and the wrong one seems to have left.
func TestMerge_answers_a_proposal_about_a_number_that_was_mistyped(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.send(intake.Options{Kind: "roster", AsOf: day("2022-06-30")}, listedAt("光学厂", wrongNumber, nil), listedAt("光学厂", elseNumber, nil))
	r := d.send(intake.Options{Kind: "roster", Full: true, Unit: int64(unitOptics), AsOf: day("2022-12-31"), ConfirmAbsent: 1}, listedAt("光学厂", rightNumber, nil), listedAt("光学厂", elseNumber, nil))
	open := func() (int, int) {
		t.Helper()
		counts, err := d.svc.OpenLeavers(t.Context(), account.Operator())
		must(t, err)
		list, err := d.svc.Leavers(t.Context(), account.Operator(), r.ID)
		must(t, err)
		return counts[r.ID], len(list)
	}
	if n, listed := open(); r.Proposed != 1 || n != 1 || listed != 1 {
		t.Fatalf("%d proposed, %d open, %d listed", r.Proposed, n, listed)
	}
	_, b := d.mergeFiles()
	if n, listed := open(); n != 0 || listed != 0 {
		t.Errorf("merged: %d open, %d listed", n, listed)
	}
	d.unmergeFile(b)
	if n, listed := open(); n != 1 || listed != 1 {
		t.Errorf("un-merged: %d open, %d listed", n, listed)
	}
}

// A decision about a merged person stays with both files when they are two again: figures are those of a city in which they
// always were.
func TestLeaver_confirmed_while_merged_has_left_in_both_files_after_the_unmerge(t *testing.T) {
	t.Parallel()
	one, two := newDesk(t), newDesk(t)
	full := intake.Options{Kind: "roster", Full: true, Unit: int64(unitOptics), AsOf: day("2022-12-31"), ConfirmAbsent: 1}
	decide := func(d *desk, id intake.ImportID, want int) {
		t.Helper()
		list, err := d.svc.Leavers(t.Context(), account.Operator(), id)
		must(t, err)
		in := DecideLeaversInput{Import: id, Confirm: true, LeftOn: day("2022-11-01")}
		for _, l := range list {
			in.Workers = append(in.Workers, l.Worker)
		}
		if n, err := d.svc.DecideLeavers(t.Context(), account.Operator(), in); err != nil || n != want {
			t.Fatalf("%d decided, want %d: %v", n, want, err)
		}
	}
	for _, d := range []*desk{one, two} {
		d.send(intake.Options{Kind: "roster", AsOf: day("2022-06-30")}, listedAt("光学厂", rightNumber, nil), listedAt("光学厂", wrongNumber, nil), listedAt("光学厂", elseNumber, nil))
	}
	before := two.everything()
	_, b := one.mergeFiles()
	r := one.send(full, listedAt("光学厂", elseNumber, nil))
	decide(one, r.ID, 1)
	one.sound()
	one.unmergeFile(b)
	full.ConfirmAbsent = 2
	r2 := two.send(full, listedAt("光学厂", elseNumber, nil))
	decide(two, r2.ID, 2)
	sameFigures(t, "decided while merged, then un-merged", two.everything(), one.everything())
	one.sound()
	// One of the two has not left after all; then neither.
	back := func(d *desk, id intake.ImportID, w WorkerID) {
		t.Helper()
		if n, err := d.svc.TakeBackLeavers(t.Context(), account.Operator(), TakeBackLeaversInput{Import: id, Workers: []WorkerID{w}, Why: "经核实仍在职"}); err != nil || n != 1 {
			t.Fatalf("%d taken back: %v", n, err)
		}
	}
	back(one, r.ID, b)
	back(two, r2.ID, two.fileOf(wrongNumber))
	sameFigures(t, "one taken back", two.everything(), one.everything())
	back(one, r.ID, one.fileOf(rightNumber))
	sameFigures(t, "both taken back", before, one.everything())
	one.sound()
}

func TestLeaver_taken_back_has_never_left(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var rows []cells
	for i := range 6 {
		rows = append(rows, with(rowOf("roster"), cells{colID: idOf("19900101", 101+2*i), colName: "王小" + string(rune('一'+i)), colStarted: "2021-01-01"}))
	}
	d.send(intake.Options{Kind: "roster", AsOf: day("2022-06-30")}, rows...)
	r := d.send(intake.Options{Kind: "roster", Full: true, Unit: int64(unitOptics), AsOf: day("2022-12-31")}, rows[1:]...)
	w := d.fileOf(rows[0][colID])
	before, head := d.everything(), d.columns().Head()
	in := TakeBackLeaversInput{Import: r.ID, Workers: []WorkerID{w}, Why: "经核实仍在职"}
	for name, try := range map[string]struct {
		who  account.Actor
		in   TakeBackLeaversInput
		want fault.Kind
	}{
		"no right":          {account.Actor{}, in, fault.Unauthenticated},
		"nothing decided":   {account.Operator(), in, fault.Conflict},
		"an unknown import": {account.Operator(), TakeBackLeaversInput{Import: 5, Workers: in.Workers, Why: in.Why}, fault.Conflict},
	} {
		if _, err := d.svc.TakeBackLeavers(t.Context(), try.who, try.in); !fault.Is(err, try.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	state := func() string {
		t.Helper()
		l, err := d.svc.FindLeaver(t.Context(), account.Operator(), r.ID, w)
		must(t, err)
		return l.State
	}
	for range 2 { // and again: what was taken back may be decided anew
		n, err := d.svc.DecideLeavers(t.Context(), account.Operator(), DecideLeaversInput{Import: r.ID, Workers: in.Workers, Confirm: true, LeftOn: day("2022-12-01")})
		if err != nil || n != 1 || state() != Confirmed {
			t.Fatalf("%d confirmed, %s: %v", n, state(), err)
		}
		if maps.Equal(before, d.everything()) {
			t.Error("confirming changes no figure")
		}
		for _, why := range []string{"", "王小一仍在职", "核对" + rows[0][colID]} {
			bad := in
			bad.Why = why
			if _, err := d.svc.TakeBackLeavers(t.Context(), account.Operator(), bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("reason %q: %v", why, err)
			}
		}
		if n, err := d.svc.TakeBackLeavers(t.Context(), account.Operator(), in); err != nil || n != 1 || state() != Proposed {
			t.Fatalf("%d taken back, %s: %v", n, state(), err)
		}
		sameFigures(t, "taken back", before, d.everything())
		d.sound()
	}
	if d.columns().Head() != head+4 {
		t.Errorf("%d blocks were sealed, want one for each deed", d.columns().Head()-head)
	}
	// A rejection is taken back too; it had moved nobody.
	if _, err := d.svc.DecideLeavers(t.Context(), account.Operator(), DecideLeaversInput{Import: r.ID, Workers: in.Workers}); err != nil || state() != Rejected {
		t.Fatalf("%s: %v", state(), err)
	}
	if _, err := d.svc.TakeBackLeavers(t.Context(), account.Operator(), in); err != nil || state() != Proposed {
		t.Errorf("a rejection: %s, %v", state(), err)
	}
	if _, err := d.svc.FindLeaver(t.Context(), account.Operator(), r.ID, d.fileOf(rows[1][colID])); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody who was never proposed: %v", err)
	}
}

func TestCells_of_a_merged_files_rows_open_through_the_survivor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	own := d.send(intake.Options{Kind: "roster", AsOf: day("2022-06-30")}, listedAt("光学厂", rightNumber, nil))
	other := d.send(intake.Options{Kind: "roster", AsOf: day("2022-07-31")}, listedAt("建筑公司", wrongNumber, nil))
	line := ledger.LineOf(0, 2)
	read := func(w WorkerID, id intake.ImportID) error {
		_, err := d.svc.Cells(t.Context(), account.Operator(), d.intake, w, id, line)
		return err
	}
	a, b := d.fileOf(rightNumber), d.fileOf(wrongNumber)
	if err := read(a, other.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("before the merge: %v", err)
	}
	d.mergeFiles()
	must(t, read(a, own.ID))
	must(t, read(a, other.ID))
	views, err := d.svc.RevealCells(t.Context(), account.Operator(), d.intake, a, other.ID, line, "核对")
	if err != nil || !slices.ContainsFunc(views, func(v intake.CellView) bool { return v.Column == colID && v.Value == wrongNumber }) {
		t.Errorf("cells %+v %v", views, err)
	}
	d.unmergeFile(b)
	if err := read(a, other.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("after the un-merge: %v", err)
	}
	must(t, read(b, other.ID))
}

func TestErasure_of_a_merged_person_takes_both_files_and_no_figure(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.send(intake.Options{Kind: "roster", AsOf: day("2022-06-30")}, listedAt("光学厂", rightNumber, nil), listedAt("建筑公司", wrongNumber, nil), listedAt("光学厂", elseNumber, nil))
	d.send(intake.Options{Kind: "certificates", AsOf: day("2022-06-30")}, paper(wrongNumber, 1, nil))
	a, b := d.mergeFiles()
	before := d.everything()
	e, err := d.svc.Erase(t.Context(), account.Operator(), d.intake, []WorkerID{b}, "本人申请")
	if err != nil || e.People != 2 || e.Numbers != 3 {
		t.Fatalf("%+v %v", e, err)
	}
	for _, w := range []WorkerID{a, b} {
		if f := d.find(w); !f.Erased || f.Name != ErasedName || f.IDMasked != "" {
			t.Errorf("file %s: %+v", w, f.Worker)
		}
	}
	sameFigures(t, "erased", before, d.everything())
	d.sound()
	// Nobody is made one with somebody who is gone: the rows would say who it was.
	c := d.fileOf(elseNumber)
	for _, pair := range [][2]WorkerID{{a, c}, {c, a}} {
		if err := d.svc.Merge(t.Context(), account.Operator(), pair[0], pair[1], "同一人"); !fault.Is(err, fault.Conflict) {
			t.Errorf("merging with an erased file: %v", err)
		}
	}
	// The number that comes again is a new person's.
	d.send(intake.Options{Kind: "roster", AsOf: day("2023-01-31")}, listedAt("光学厂", wrongNumber, nil))
	if again := d.fileOf(wrongNumber); again == a || again == b {
		t.Error("the number leads to an erased file")
	}
	d.sound()
}

// Further imports of every sort while two files are merged, and an undo: un-merged, both files and all figures are what
// they would be had nobody ever merged them.
func TestUnmerge_after_further_imports_restores_files_and_figures(t *testing.T) {
	t.Parallel()
	one, two := newDesk(t), newDesk(t)
	type made struct {
		jobs  []Job
		certs []CertificateRow
	}
	var files [2][2]made
	for i, d := range []*desk{one, two} {
		roster := func(on string, rows ...cells) intake.Report {
			return d.send(intake.Options{Kind: "roster", AsOf: day(on)}, rows...)
		}
		list := intake.Options{Kind: "certificates", AsOf: day("2023-03-31")}
		roster("2022-06-30", listedAt("光学厂", rightNumber, nil), listedAt("建筑公司", wrongNumber, cells{colPost: "技术"}), listedAt("光学厂", elseNumber, nil))
		d.send(list, paper(rightNumber, 1, nil))
		if d == one {
			d.mergeFiles()
		}
		roster("2022-09-30", listedAt("光学厂", wrongNumber, cells{colStarted: "2022-09-01"}), listedAt("酒店", rightNumber, cells{colStarted: "2022-08-01", colMember: "是"}))
		gone := roster("2022-10-31", listedAt("软件公司", wrongNumber, cells{colStarted: "2022-10-01", colMain: "是"}))
		d.send(list, paper(wrongNumber, 2, cells{colLevel: "技师", colNumber: certificateNumber(2022, 2, 2)}), paper(rightNumber, 3, cells{colLevel: "中级工", colNumber: certificateNumber(2022, 4, 3), colExpires: "2023-06-30"}))
		roster("2023-03-31", listedAt("建筑公司", wrongNumber, cells{colLeft: "2023-03-01"}), listedAt("光学厂", rightNumber, cells{colPost: "管理"}))
		d.undoImport(gone.ID)
		if d == one {
			d.sound()
			d.unmergeFile(d.fileOf(wrongNumber))
		}
		d.sound()
		for k, number := range []string{rightNumber, wrongNumber} {
			f := d.find(d.fileOf(number))
			for _, j := range f.Jobs {
				j.Import = 0
				files[i][k].jobs = append(files[i][k].jobs, j)
			}
			for _, c := range f.Certificates {
				files[i][k].certs = append(files[i][k].certs, CertificateRow{Rank: c.Rank, IssuedOn: c.IssuedOn, ExpiresOn: c.ExpiresOn, District: c.District})
			}
		}
	}
	for k, number := range []string{rightNumber, wrongNumber} {
		if !slices.Equal(files[0][k].jobs, files[1][k].jobs) || !slices.Equal(files[0][k].certs, files[1][k].certs) || len(files[1][k].jobs) < 2 {
			t.Errorf("%s: %+v\nundisturbed: %+v", number, files[0][k], files[1][k])
		}
	}
	want := two.everything()
	if len(want) < 100 {
		t.Fatalf("%d cells: too few to show anything", len(want))
	}
	sameFigures(t, "un-merged after further imports", want, one.everything())
}

// The newest phone number is the file's; undoing what stated it brings the one before back, also where a later roster
// said the same again, and for a file that was merged.
func TestUndo_brings_the_phone_number_of_before_back(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	phone := func() string {
		t.Helper()
		f := d.find(d.fileOf(rightNumber))
		if f.PhoneMasked == "" {
			return ""
		}
		text, err := d.svc.Reveal(t.Context(), account.Operator(), f.ID, SecretPhone, "核对")
		must(t, err)
		return text
	}
	send := func(on, number string, more ...cells) intake.ImportID {
		t.Helper()
		return d.send(intake.Options{Kind: "roster", AsOf: day(on)}, append([]cells{listedAt("光学厂", rightNumber, cells{colPhone: number})}, more...)...).ID
	}
	send("2022-01-31", "")
	first := send("2022-06-30", "13900000001")
	second := send("2022-09-30", "13900000002", listedAt("光学厂", wrongNumber, cells{colPhone: "13900000009"}))
	again := send("2022-12-31", "13900000002")
	third := send("2023-03-31", "13900000003", listedAt("建筑公司", rightNumber, cells{colPhone: "13900000004"})) // the last row counts
	_, b := d.mergeFiles()
	for _, step := range []struct {
		undo intake.ImportID
		want string
	}{{0, "13900000004"}, {third, "13900000002"}, {second, "13900000002"}, {again, "13900000001"}, {first, ""}} {
		if step.undo != 0 {
			d.undoImport(step.undo)
		}
		if got := phone(); got != step.want {
			t.Errorf("after undoing %s: %q, want %q", step.undo, got, step.want)
		}
	}
	d.unmergeFile(b)
	d.sound()
}
