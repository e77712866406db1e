package app

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// Config is how a process runs. Every field works at its zero value. It is read from the defaults,
// then a YAML file, then TUOXING_* variables, then flags, and passed down by value.
type Config struct {
	DB        string `yaml:"db" json:"db" env:"TUOXING_DB" help:"file path (SQLite) or postgres:// URL"`
	KeyFile   string `yaml:"key_file" json:"key_file" env:"TUOXING_KEY_FILE" help:"master key, outside the database"`
	FilesDir  string `yaml:"files_dir" json:"files_dir" env:"TUOXING_FILES_DIR" help:"folder of the encrypted originals"`
	Addr      string `yaml:"addr" json:"addr" env:"TUOXING_ADDR" help:"host:port of the server"`
	Secure    bool   `yaml:"secure_cookies" json:"secure_cookies" env:"TUOXING_SECURE_COOKIES" help:"cookies for encrypted connections only"`
	MaxUpload int64  `yaml:"max_upload" json:"max_upload" env:"TUOXING_MAX_UPLOAD" help:"largest file in bytes"`
	Days      string `yaml:"working_days" json:"working_days" env:"TUOXING_WORKING_DAYS" help:"CSV file with the holidays and make-up days of further years"`
	Node      uint8  `yaml:"node" json:"node" env:"TUOXING_NODE" help:"number of this process among those of one database"`
}

// Defaults of the fields that are not derived from others.
const (
	defaultDB     = "tuoxing.db"
	defaultAddr   = "127.0.0.1:8080"
	defaultUpload = 256 << 20
)

// ReadConfig reads a file (may be missing when it was not asked for by name) and the environment.
// An unknown key is an error: a typing mistake must not silently leave a default in place.
func ReadConfig(path string, asked bool, getenv func(string) string) (Config, error) {
	var c Config
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !asked:
	case err != nil:
		return c, fault.New(fault.NotFound, "app.config_missing", path).Because(err)
	default:
		if err := yaml.UnmarshalWithOptions(data, &c, yaml.Strict()); err != nil {
			return c, fault.New(fault.Invalid, "app.config_unreadable", path).Because(err)
		}
	}
	return c, c.fromEnv(getenv)
}

func (c *Config) fromEnv(getenv func(string) string) error {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("env")
		text := getenv(name)
		if text == "" {
			continue
		}
		if err := setField(v.Field(i), text); err != nil {
			return fault.New(fault.Invalid, "app.config_variable", name).Because(err)
		}
	}
	return nil
}

func setField(f reflect.Value, text string) error {
	switch f.Kind() {
	case reflect.String:
		f.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return err
		}
		f.SetBool(b)
	case reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return err
		}
		f.SetInt(n)
	case reflect.Uint8:
		n, err := strconv.ParseUint(text, 10, 8)
		if err != nil {
			return err
		}
		f.SetUint(n)
	default:
		return fmt.Errorf("a field of kind %s", f.Kind())
	}
	return nil
}

// Filled gives the configuration with every default in place. Key file and originals lie beside a
// database file; for a server database they lie in the working folder.
func (c Config) Filled() Config {
	if c.DB == "" {
		c.DB = defaultDB
	}
	stem := "tuoxing"
	if !db.IsPostgres(c.DB) {
		stem = strings.TrimSuffix(c.DB, filepath.Ext(c.DB))
	}
	if c.KeyFile == "" {
		c.KeyFile = stem + ".key"
	}
	if c.FilesDir == "" {
		c.FilesDir = stem + ".files"
	}
	if c.Addr == "" {
		c.Addr = defaultAddr
	}
	if c.MaxUpload == 0 {
		c.MaxUpload = defaultUpload
	}
	return c
}

// Shown is the configuration for printing: passwords in a URL are hidden, whether they stand before
// the host or among the parameters. Of what is no URL nothing is shown: a password with a character
// that should be escaped makes it one.
func (c Config) Shown() Config {
	if !db.IsPostgres(c.DB) {
		return c
	}
	scheme, rest, _ := strings.Cut(c.DB, "://")
	if _, err := url.Parse(c.DB); err != nil {
		c.DB = scheme + "://***"
		return c
	}
	rest, query, hasQuery := strings.Cut(rest, "?")
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		if user, _, hasPassword := strings.Cut(rest[:at], ":"); hasPassword {
			rest = user + ":***" + rest[at:]
		}
	}
	c.DB = scheme + "://" + rest
	if hasQuery {
		params := strings.Split(query, "&")
		for i, p := range params {
			if name, _, _ := strings.Cut(p, "="); strings.Contains(strings.ToLower(name), "password") {
				params[i] = name + "=***"
			}
		}
		c.DB += "?" + strings.Join(params, "&")
	}
	return c
}

// workingDays is the calendar of the program with the years of the installation's own file.
func (c Config) workingDays() (*cn.Calendar, error) {
	if c.Days == "" {
		return cn.WorkingDays("")
	}
	further, err := os.ReadFile(c.Days)
	if err != nil {
		return nil, fault.New(fault.NotFound, "app.working_days_missing", c.Days).Because(err)
	}
	return cn.WorkingDays(string(further))
}
