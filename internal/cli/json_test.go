package cli

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// leaves are the paths of all commands that do something.
func leaves(t *testing.T) []string {
	t.Helper()
	parser, err := kong.New(&commands{}, kong.Name("tuoxing"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, n := range parser.Model.Leaves(false) {
		var words []string
		for ; n != nil && n.Type == kong.CommandNode; n = n.Parent {
			words = append([]string{n.Name}, words...)
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

// Every command answers --json with one object and nothing else on stdout. The cases run one after
// the other on one installation; a command without a case fails.
func TestMain_prints_one_json_object_for_every_command(t *testing.T) {
	t.Parallel()
	e, sheets := demoCity(t)
	roster, dir := importOf(t, e, "roster"), t.TempDir()
	pair := regexp.MustCompile(`[0-9]{12,}`).FindAllString(e.run("", "trace", "members", "--on", "2022-12-31").out, 2)
	certified := regexp.MustCompile(`[0-9]{12,}`).FindString(e.run("", "trace", "skilled", "--on", "2022-12-31").out)
	held := []string{certified, regexp.MustCompile(`[0-9]{12,}`).FindString(e.run("", "certificates", "list", certified).out)}
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	statistics, archive := filepath.Join(sheets, "外部统计_从业人员.xlsx"), filepath.Join(dir, "backup.zip")
	fresh, restored := newEnv(t), newEnv(t)
	day := []string{"--on", "2022-12-31"}
	asked := []string{"--title", "花名册", "--kind", "roster", "--on", "2023-04-09", "--due", "2023-04-28", "--under", "丹阳市总工会"}
	call := e.must(t, append([]string{"filings", "call", "--json"}, asked...)...).oneObject(t)["call"].(map[string]any)["id"].(string)
	firm := e.must(t, "filings", "list", call, "--json").oneObject(t)["filings"].([]any)[0].(map[string]any)["name"].(string)
	list := filepath.Join(dir, "list.csv")
	if err := os.WriteFile(list, []byte(firm+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	slip := e.must(t, "user", "bulk", "--role", "enterprise_union", "--list", list, "--json").oneObject(t)["slips"].([]any)[0].(map[string]any)
	login, code := slip["login"].(string), slip["code"].(string)
	ask := func(kind string) []string { // a request of the kind, by file and id
		r := e.must(t, "requests", "add", certified, kind, "--text", "请办理", "--json").oneObject(t)
		return []string{r["worker"].(string), r["id"].(string)}
	}
	copied, corrected := ask("copy"), ask("correct")
	cases := []struct {
		command string
		env     env
		stdin   string
		args    []string
		code    int
		has     string // a key of the object
	}{
		{command: "demo", env: newEnv(t), args: []string{"--scale", "680", "--dir", filepath.Join(dir, "demo"), "--no-serve"}, has: "figures"},
		{command: "generate", args: []string{"--dir", filepath.Join(dir, "generated"), "--scale", "680"}, has: "files"},
		{command: "imports", has: "imports"},
		{command: "mappings", has: "mappings"},
		{command: "mappings", args: []string{"--forget", "123"}, code: 4, has: "error"},
		{command: "leavers", args: []string{roster}, has: "leavers"},
		{command: "import", args: []string{"statistics", statistics, "--org", "镇江市总工会"}, has: "imports"},
		{command: "import", args: []string{"statistics", statistics, "--dry-run"}, has: "imports"},
		{command: "blocks", has: "blocks"},
		{command: "check", args: []string{"id"}, stdin: "329901198001150014\n", has: "valid"},
		{command: "figures", args: append([]string{"--by", "district"}, day...), has: "figures"},
		{command: "figures", args: append([]string{"--csv"}, day...), has: "figures"},
		{command: "figures", args: append([]string{"--sentence"}, day...), has: "figures"},
		{command: "trace", args: append([]string{"industrial_workers", "--where", "district=321181"}, day...), has: "sides"},
		{command: "trace", args: append([]string{"highly_skilled_per_10k", "--facts"}, day...), has: "sides"},
		{command: "trace", args: append([]string{"members", "--csv", filepath.Join(dir, "members.csv")}, day...), has: "sides"},
		{command: "certificates list", args: []string{held[0]}, has: "certificates"},
		{command: "certificates show", args: held, has: "counts"},
		{command: "certificates revoke", args: append([]string{"--on", "2023-01-01", "--why", "测试"}, held...), has: "lost"},
		{command: "certificates revoke", args: append([]string{"--on", "2023-01-01", "--why", "测试"}, held...), code: 5, has: "error"},
		{command: "certificates restore", args: append([]string{"--why", "测试"}, held...), has: "counts"},
		{command: "duplicates find", has: "certain"},
		{command: "duplicates list", args: []string{"--grade", "certain"}, has: "duplicates"},
		{command: "duplicates list", args: []string{"--state", "perhaps"}, code: 3, has: "error"},
		{command: "duplicates accept", args: []string{"--certain", "0", "--why", "测试"}, has: "accepted"},
		{command: "duplicates accept", args: []string{"--certain", "7", "--why", "测试"}, code: 5, has: "error"},
		{command: "duplicates reject", args: []string{pair[0], pair[1], "--why", "测试"}, code: 4, has: "error"},
		{command: "duplicates merge", args: []string{pair[0], pair[1], "--why", "测试"}, has: "survivor"},
		{command: "duplicates merge", args: []string{pair[1], pair[1], "--why", "测试"}, code: 5, has: "error"},
		{command: "export", args: []string{"workers", "--out", filepath.Join(dir, "workers.xlsx")}, has: "rows"},
		{command: "sheet", args: []string{"roster", "--out", filepath.Join(dir, "roster.xlsx")}, has: "rows"},
		{command: "organisations list", args: []string{"--kind", "district", "--sort=-people"}, has: "organisations"},
		{command: "organisations list", args: []string{"--after", "4711"}, code: 3, has: "error"},
		{command: "organisations show", args: []string{"丹阳市总工会", "--on", "2022-12-31"}, has: "organisation"},
		{command: "organisations show", args: []string{"无名厂"}, code: 4, has: "error"},
		{command: "conflicts list", args: []string{"--state", "open"}, has: "conflicts"},
		{command: "conflicts show", args: []string{pair[0] + ".birth_differs.0"}, has: "statements"}, // they are two people
		{command: "conflicts decide", args: []string{pair[0] + ".birth_differs.0", "--keep", "1", "--why", "测试"}, code: 4, has: "error"},
		{command: "conflicts reopen", args: []string{pair[0] + ".birth_differs.0", "--why", "测试"}, code: 5, has: "error"},
		{command: "verify", has: "head"},
		{command: "duplicates unmerge", args: []string{pair[1], "--why", "测试"}, has: "merged"},
		{command: "verify", has: "head"},
		{command: "requests add", args: []string{certified, "erase"}, has: "due_on"},
		{command: "requests add", args: []string{certified, "copy"}, code: 5, has: "error"},
		{command: "requests list", args: []string{"--all"}, has: "requests"},
		{command: "requests copy", args: append([]string{"--out", filepath.Join(dir, "copy.xlsx")}, copied...), has: "rows"},
		{command: "requests done", args: copied, has: "decided_at"},
		{command: "requests refuse", args: append([]string{"--why", "与证书一致"}, corrected...), has: "answer"},
		{command: "slips", args: []string{certified, "--plan"}, has: "no_phone"},
		{command: "slips", code: 3, has: "error"}, // for nobody
		{command: "erase", args: []string{someWorker(t, e), "--why", "本人申请", "--plan"}, has: "facts"},
		{command: "erase", args: []string{someWorker(t, e), "--why", "本人申请"}, has: "erased"},
		{command: "scrub", has: "scrubbed"},
		{command: "undo", args: []string{roster, "--dry-run"}, has: "figures"},
		{command: "undo", args: []string{roster, "--why", "测试"}, has: "id"},
		{command: "user list", has: "users"},
		{command: "user create", args: []string{"runzhou", "--name", "润州业务员", "--role", "district", "--unit", "润州区总工会"}, has: "initial_password"},
		{command: "user password", args: []string{"runzhou"}, has: "initial_password"},
		{command: "user disable", args: []string{"runzhou"}, has: "user"},
		{command: "user enable", args: []string{"runzhou"}, has: "user"},
		{command: "user first", env: fresh, stdin: "Quite-long-2023\n", args: []string{"admin"}, has: "user"},
		{command: "user bulk", args: []string{"--role", "enterprise_hr", "--under", "丹阳市总工会"}, has: "slips"},
		{command: "user activate", args: []string{login}, stdin: code + "\nQuite-long-2023\n", has: "user"},
		{command: "user reissue", args: []string{login}, code: 5, has: "error"}, // it was activated
		{command: "user add", args: []string{"tongzhi", "--name", "京口业务员", "--role", "district", "--unit", "京口区总工会"}, has: "slips"},
		{command: "user add", args: []string{"tongzhi", "--name", "京口业务员", "--role", "district", "--unit", "京口区总工会"}, code: 3, has: "error"},
		{command: "user show", args: []string{"tongzhi"}, has: "sessions"},
		{command: "user set", args: []string{"tongzhi", "--name", "京口二号岗"}, has: "user"},
		{command: "user code", args: []string{"tongzhi"}, has: "slips"},
		{command: "user lock", args: []string{"tongzhi"}, has: "user"},
		{command: "user unlock", args: []string{"tongzhi"}, has: "user"},
		{command: "user logout", args: []string{"tongzhi"}, has: "user"},
		{command: "user close", args: []string{"tongzhi"}, has: "user"},
		{command: "user unlock", args: []string{"tongzhi"}, code: 5, has: "error"},
		{command: "user roles", has: "roles"},
		{command: "user token add", args: []string{login, "--name", "报表", "--until", "2023-06-30", "--rights", "figure.read,org.read"}, has: "secret"},
		{command: "user token add", args: []string{login, "--name", "报表", "--until", "2023-06-30", "--rights", "user.manage"}, code: 3, has: "error"},
		{command: "user token list", args: []string{login}, has: "tokens"},
		{command: "user token revoke", args: []string{login, "4711"}, code: 4, has: "error"},
		{command: "audit list", args: []string{"--who", login, "--kind", "user"}, has: "entries"},
		{command: "audit list", args: []string{"--who", "stranger"}, code: 3, has: "error"},
		{command: "audit verify", args: []string{"--anew"}, has: "chain"},
		{command: "filings call", args: append([]string{"--preview"}, asked...), has: "preview"},
		{command: "filings list", has: "calls"},
		{command: "filings list", args: []string{call, "--state", "unsent"}, has: "filings"},
		{command: "filings extend", args: []string{call, firm, "--until", "2023-05-05", "--why", "系统升级"}, has: "filing"},
		{command: "filings remind", args: []string{call}, has: "zh"},
		{command: "filings confirm", args: []string{call, firm}, code: 5, has: "error"}, // nothing was sent
		{command: "filings return", args: []string{call, firm, "--why", "核对"}, code: 5, has: "error"},
		{command: "migrate", has: "version"},
		{command: "backup", args: []string{archive}, has: "head"},
		{command: "restore", env: restored, args: []string{archive, "--key", e["TUOXING_KEY_FILE"]}, has: "head"},
		{command: "config show", has: "addr"},
		{command: "bench", env: env{}, args: []string{"--rows", "700", "--job", "csv"}, has: "lines"},
		// Servers print nothing on stdout while they run; that they cannot begin is one object too.
		{command: "serve", args: []string{"--addr", busy.Addr().String()}, code: 1, has: "error"},
		{command: "gallery", args: []string{"--addr", busy.Addr().String()}, code: 1, has: "error"},
	}
	seen := map[string]bool{}
	for _, c := range cases {
		seen[c.command] = true
		if c.env == nil {
			c.env = e
		}
		args := append(append(strings.Fields(c.command), "--json"), c.args...)
		r := c.env.run(c.stdin, args...)
		if r.code != c.code {
			t.Errorf("%v: exit code %d, want %d\n%s%s", args, r.code, c.code, r.out, r.err)
			continue
		}
		if _, ok := r.oneObject(t)[c.has]; !ok {
			t.Errorf("%v: no %s in %s", args, c.has, r.out)
		}
		if c.code == 0 && r.err != "" {
			t.Errorf("%v says on stderr: %s", args, r.err)
		}
	}
	for _, command := range leaves(t) {
		if !seen[command] {
			t.Errorf("the command %q has no case", command)
		}
	}
	if _, err := os.Stat(restored["TUOXING_KEY_FILE"]); err != nil {
		t.Errorf("the key file of the restored installation: %v", err)
	}
}

func TestMain_helps_with_an_example_for_every_command(t *testing.T) {
	t.Parallel()
	for _, command := range leaves(t) {
		args := append(strings.Fields(command), "--help")
		r := env{}.run("", args...)
		if r.code != 0 || r.err != "" {
			t.Errorf("%v: exit code %d, stderr %q", args, r.code, r.err)
		}
		if !strings.Contains(r.out, "Example") || !strings.Contains(r.out, "tuoxing "+command) {
			t.Errorf("%v shows no example:\n%s", args, r.out)
		}
		for _, flag := range []string{"--json", "--lang", "--db", "--config"} {
			if !strings.Contains(r.out, flag) {
				t.Errorf("%v does not name %s", args, flag)
			}
		}
	}
}

func TestMain_names_its_exit_codes(t *testing.T) {
	t.Parallel()
	r := env{}.run("", "--help")
	text := strings.Join(strings.Fields(r.out), " ")
	if want := "Exit codes: 0 done · 1 internal · 2 usage · 3 invalid input · 4 not found · 5 conflict · 6 forbidden"; r.code != 0 || !strings.Contains(text, want) {
		t.Errorf("exit code %d, and no %q in:\n%s", r.code, want, r.out)
	}
}

// someWorker gives the id of somebody who is counted.
func someWorker(t *testing.T, e env) string {
	t.Helper()
	var out struct {
		Sides []struct{ Rows [][]string }
	}
	if r := e.run("", "trace", "employees", "--on", "2022-12-31", "--json"); r.code != 0 || json.Unmarshal([]byte(r.out), &out) != nil {
		t.Fatalf("%d %s", r.code, r.err)
	}
	return out.Sides[0].Rows[0][0]
}
