package registry

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/intake"
)

// notAboutPeople are the tables that hold nobody's data: units, sums, settings, what was asked of whom. Every other
// table is one about people, and each of its columns has to stand in the purpose register.
var notAboutPeople = []string{
	"app_setting", "audit_head", "db_process_head", "filing_call", "filing_event", "filing_head", "filing_unit", "intake_mapping",
	"ledger_block", "ledger_head", "org_head", "org_observation", "org_unit", "registry_notice_text", "registry_statistic",
}

var (
	tableOf  = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \(\n(.*?)\n\)`)
	columnOf = regexp.MustCompile(`(?m)^  ([a-z_0-9]+) +[a-zA-Z]`)
)

// columnsOf reads the tables of a schema and their columns.
func columnsOf(schema string) map[string][]string {
	out := map[string][]string{}
	for _, m := range tableOf.FindAllStringSubmatch(schema, -1) {
		for _, c := range columnOf.FindAllStringSubmatch(m[2], -1) {
			out[m[1]] = append(out[m[1]], c[1])
		}
	}
	return out
}

// withoutPurpose lists the columns of tables about people that the register does not name, and what the
// register names and no table has.
func withoutPurpose(p intake.Purposes, schema string) (missing, idle []string) {
	tables := columnsOf(schema)
	for table, columns := range tables {
		for _, c := range columns {
			if !slices.Contains(notAboutPeople, table) && !p.Names(table, c) {
				missing = append(missing, table+"."+c)
			}
		}
	}
	named := []string{}
	for _, f := range p.Fields {
		named = append(named, f.Stored...)
	}
	for _, t := range p.Technical {
		named = append(named, t.Columns...)
	}
	for _, name := range named {
		table, column, _ := strings.Cut(name, ".")
		if table != "*" && !slices.Contains(tables[table], column) {
			idle = append(idle, name)
		}
	}
	slices.Sort(missing)
	return missing, idle
}

func TestPurposes_name_every_column_of_every_table_about_people(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"schema.sqlite.sql", "schema.postgres.sql"} {
		text, err := os.ReadFile("../../docs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		schema := string(text)
		if n := len(columnsOf(schema)["registry_worker"]); n < 15 {
			t.Fatalf("%s: registry_worker has %d columns", file, n)
		}
		missing, idle := withoutPurpose(intake.Register(), schema)
		if len(missing) > 0 {
			t.Errorf("%s: no purpose is registered for %q (internal/intake/purposes.yaml)", file, missing)
		}
		if len(idle) > 0 {
			t.Errorf("%s: the register names %q, which no table has", file, idle)
		}
		for table := range columnsOf(schema) {
			if slices.Contains(notAboutPeople, table) && slices.Contains(columnsOf(schema)[table], "worker_id") {
				t.Errorf("%s: %s has a worker_id and is said to be about nobody", file, table)
			}
		}
		planted := strings.Replace(schema, "CREATE TABLE registry_worker (\n", "CREATE TABLE registry_worker (\n  shoe_size          bigint      NOT NULL,\n", 1) +
			"\nCREATE TABLE registry_shoe (\n  worker_id          INTEGER     NOT NULL,\n  colour             TEXT        NOT NULL\n) STRICT;\n"
		if missing, _ := withoutPurpose(intake.Register(), planted); !slices.Equal(missing, []string{"registry_shoe.colour", "registry_worker.shoe_size"}) {
			t.Errorf("%s: of the planted columns are found %q", file, missing)
		}
	}
}

func TestPurposes_name_every_column_that_is_read_of_a_person(t *testing.T) {
	t.Parallel()
	s, reg, n := &Service{}, intake.Register(), 0
	for _, target := range []*intake.Target{s.OrganisationsTarget(), s.RosterTarget(), s.CertificatesTarget(), s.StatisticsTarget()} {
		for _, c := range target.Columns {
			if !target.Person {
				if c.Personal {
					t.Errorf("%s of %s is about a person", c.Name, target.Kind)
				}
				continue
			}
			n++
			if !slices.ContainsFunc(reg.Fields, func(f intake.Purpose) bool { return slices.Contains(f.Columns, c.Name) }) {
				t.Errorf("no purpose is registered for the column %s of %s", c.Name, target.Kind)
			}
			for _, h := range append([]string{c.Title}, c.Synonyms...) {
				for _, word := range reg.NoPurpose {
					if strings.Contains(h, word) {
						t.Errorf("%s is read and said to be without purpose (%s)", h, word)
					}
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d columns", n)
	}
	for _, f := range reg.Fields {
		for _, role := range f.Viewers {
			if r := account.Role(role); !r.Known() && r != account.Worker {
				t.Errorf("%s: %s is no role", f.Title.ZH, role)
			}
		}
	}
}

// TestPurposes_name_viewers_that_may holds the roles of the register against the table of rights.
func TestPurposes_name_viewers_that_may(t *testing.T) {
	t.Parallel()
	needs := map[string]account.Right{"身份证号": account.WorkerReveal, "手机号码": account.WorkerReveal, "同一人档案的合并": account.WorkerMerge,
		"暂存行与问题行": account.ImportWrite, "文件名与文件说明": account.ImportRead, "登录账号": account.UserManage, "查阅与操作记录": account.AuditRead, "职工登录": account.OwnFile, "告知书阅读与单独同意": account.OwnFile}
	for _, f := range intake.Register().Fields {
		right := needs[f.Title.ZH]
		if right == "" {
			right = account.WorkerRead
		}
		for _, role := range append(slices.Clone(account.Roles), account.Worker) {
			if slices.Contains(f.Viewers, string(role)) && !role.Has(right) {
				t.Errorf("%s: %s is named and may not (%s)", f.Title.ZH, role, right)
			}
			if !slices.Contains(f.Viewers, string(role)) && role.Has(right) && right != account.ImportWrite && right != account.ImportRead {
				t.Errorf("%s: %s may (%s) and is not named", f.Title.ZH, role, right)
			}
		}
	}
}
