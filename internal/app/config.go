package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// Config is how a process runs. Every field works at its zero value. It is read from the defaults,
// then a YAML file, then TUOXING_* variables, then flags, and passed down by value.
type Config struct {
	DB        string `yaml:"db" env:"TUOXING_DB" help:"file path (SQLite) or postgres:// URL"`
	KeyFile   string `yaml:"key_file" env:"TUOXING_KEY_FILE" help:"master key, outside the database"`
	FilesDir  string `yaml:"files_dir" env:"TUOXING_FILES_DIR" help:"folder of the encrypted originals"`
	Addr      string `yaml:"addr" env:"TUOXING_ADDR" help:"host:port of the server"`
	Secure    bool   `yaml:"secure_cookies" env:"TUOXING_SECURE_COOKIES" help:"cookies for encrypted connections only"`
	MaxUpload int64  `yaml:"max_upload" env:"TUOXING_MAX_UPLOAD" help:"largest file in bytes"`
	Node      uint8  `yaml:"node" env:"TUOXING_NODE" help:"number of this process among those of one database"`
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

// Shown is the configuration for printing: the password in a URL is hidden.
func (c Config) Shown() Config {
	if at := strings.LastIndex(c.DB, "@"); db.IsPostgres(c.DB) && at > 0 {
		if colon := strings.LastIndex(c.DB[:at], ":"); colon > strings.Index(c.DB, "://")+2 {
			c.DB = c.DB[:colon+1] + "***" + c.DB[at:]
		}
	}
	return c
}
