package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "our.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfig_refuses_an_unknown_key(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"misspelt": "adr: 0.0.0.0:80\n", "no YAML": "db: [\n", "wrong type": "max_upload: much\n"} {
		if r := (env{}).run("", "config", "show", "--json", "--config", writeConfig(t, text)); r.code != 3 || r.oneObject(t)["error"] != "invalid" {
			t.Errorf("%s: exit code %d, %s%s", name, r.code, r.out, r.err)
		}
	}
}

// Defaults, then the file, then the environment, then flags.
func TestConfig_follows_its_order(t *testing.T) {
	t.Parallel()
	path := writeConfig(t, "db: file.db\naddr: 127.0.0.1:1\nnode: 7\n")
	cases := []struct {
		name string
		env  env
		args []string
		want map[string]string
	}{
		{"defaults", nil, nil, map[string]string{"db": "tuoxing.db", "key_file": "tuoxing.key", "files_dir": "tuoxing.files", "addr": "127.0.0.1:8080", "node": "0", "secure_cookies": "false", "max_upload": "268435456"}},
		{"file", nil, []string{"--config", path}, map[string]string{"db": "file.db", "key_file": "file.key", "addr": "127.0.0.1:1", "node": "7"}},
		{"environment over file", env{"TUOXING_DB": "env.db", "TUOXING_ADDR": "127.0.0.1:2"}, []string{"--config", path}, map[string]string{"db": "env.db", "files_dir": "env.files", "addr": "127.0.0.1:2", "node": "7"}},
		{"flag over environment", env{"TUOXING_DB": "env.db"}, []string{"--config", path, "--db", "flag.db"}, map[string]string{"db": "flag.db", "key_file": "flag.key"}},
		{"every variable", env{"TUOXING_DB": "a.db", "TUOXING_KEY_FILE": "b.key", "TUOXING_FILES_DIR": "c", "TUOXING_ADDR": "d:1", "TUOXING_SECURE_COOKIES": "true", "TUOXING_MAX_UPLOAD": "5", "TUOXING_NODE": "6"}, nil,
			map[string]string{"db": "a.db", "key_file": "b.key", "files_dir": "c", "addr": "d:1", "secure_cookies": "true", "max_upload": "5", "node": "6"}},
	}
	for _, c := range cases {
		got := shown(t, c.env, c.args...)
		for key, want := range c.want {
			if got[key] != want {
				t.Errorf("%s: %s is %q, want %q", c.name, key, got[key], want)
			}
		}
	}
}

// shown reads what config show prints for people.
func shown(t *testing.T, e env, args ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for line := range strings.Lines(e.must(t, append([]string{"config", "show"}, args...)...).out) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		out[key] = strings.Trim(value, `"'`)
	}
	return out
}

func TestConfig_refuses_a_variable_that_cannot_be_read(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{"TUOXING_NODE": "300", "TUOXING_MAX_UPLOAD": "1GB", "TUOXING_SECURE_COOKIES": "perhaps"} {
		r := env{name: value}.run("", "config", "show")
		if r.code != 3 || !strings.Contains(r.err, name) {
			t.Errorf("%s=%s: exit code %d, %s", name, value, r.code, r.err)
		}
	}
}

func TestConfig_show_hides_passwords(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"plain":            "postgres://tuoxing:geheim@db.example:5432/tuoxing?sslmode=require",
		"other scheme":     "postgresql://tuoxing:geheim@db.example/tuoxing",
		"with a colon":     "postgres://tuoxing:geheim:geheim@db.example/tuoxing",
		"with an at sign":  "postgres://tuoxing:geheim@geheim@db.example/tuoxing",
		"as a parameter":   "postgres://db.example/tuoxing?user=tuoxing&password=geheim",
		"of the key":       "postgres://tuoxing@db.example/tuoxing?sslpassword=geheim&sslmode=require",
		"no URL":           "postgres://tuoxing:gehe%im@host/tuoxing",
		"no URL either":    "postgres://tuoxing:gehe?im@host/tuoxing",
		"at sign in query": "postgres://tuoxing:geheim@db.example/tuoxing?application_name=a@b",
	}
	for name, dsn := range cases {
		for _, flag := range []string{"--lang=zh", "--json"} {
			r := env{"TUOXING_DB": dsn}.must(t, "config", "show", flag)
			if strings.Contains(r.out, "gehe") || (!strings.Contains(r.out, "db.example") && !strings.HasPrefix(name, "no URL")) {
				t.Errorf("%s: %s prints %s", name, flag, r.out)
			}
		}
	}
	for _, dsn := range []string{"tuoxing.db", "postgres://tuoxing@db.example:5432/tuoxing", "postgres://db.example/tuoxing?sslmode=require", "a:b@c.db"} {
		if got := shown(t, env{"TUOXING_DB": dsn})["db"]; got != dsn {
			t.Errorf("%s, where nothing is to be hidden, is shown as %s", dsn, got)
		}
	}
}
