// Package backup writes the whole database and its stored files into one archive (备份) and
// restores them (恢复), also from one engine into the other.
//
// Words:
//   - archive: a zip with tables/<name>.jsonl, files/<name> and, last, manifest.json.
//   - manifest (清单): versions, the head of the ledger, and the size and SM3 of every other entry.
//   - canonical row (规范行): a JSON array on one line: integers (a truth value is 0 or 1), strings,
//     null; days as 2006-01-02, instants as db.TimeLayout, bytes as base64. Both engines give the
//     same bytes for the same rows.
//
// What is not in an archive: the key file (密钥文件), without which nobody reads what is sealed; it
// is kept apart and put beside the database before a restored one is used. Sessions: everybody
// logs in again. Background jobs: what was under way stays as it stood and is started again by
// hand. This version knows no erasure (注销) of people, so restoring applies no erasure register.
// Names, pinyin and the accounts' password hashes are in clear, as in the database: an archive is
// guarded like it.
//
// The SM3 sums find damage, not forgery: who changes a table can write a new manifest. Against
// that stands the head of the ledger, which is printed on reports; the ledger's own verification
// is a second step, which the caller takes after a restore.
//
// This package must not know what a table means, except that ledger_head holds the end of the
// chain, app_setting the mark of a made-up city, and that a table named …_head has one row from
// its migration.
package backup

import (
	"archive/zip"
	"encoding/hex"
	"hash"
	"regexp"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"tuoxing/internal/fault"
)

// FormatVersion is the version of the archive that this binary writes, and the newest it reads.
const FormatVersion = 1

// Names in the archive.
const (
	manifestName = "manifest.json"
	tablesFolder = "tables/"
	filesFolder  = "files/"
	tableSuffix  = ".jsonl"
)

// Limits. Write keeps them too, so that no archive is made that Restore would refuse.
const (
	maxManifest = 64 << 20 // bytes: some 300,000 stored files
	maxLine     = 64 << 20 // bytes of one row: a piece of a block, the longest there is, has a few MiB
	maxEntries  = 500_000
	// A table may expand to maxRatio times its compressed size beyond freeSize. Rows differ at
	// least in their key and reach about 50; deflate itself ends at 1,032.
	maxRatio = 200
	freeSize = 1 << 20 // bytes
)

// progressStep is the number of rows between two reports.
const progressStep = 10_000

// FilesStep is the name under which progress reports stored files instead of a table's rows.
const FilesStep = "files"

// Manifest says what an archive holds.
type Manifest struct {
	Format    int       `json:"format"`
	Migration int64     `json:"migration"` // time-stamped number of the newest migration
	CreatedAt time.Time `json:"created_at"`
	Demo      bool      `json:"demo"` // 演示数据: a made-up city
	Head      Head      `json:"head"`
	Tables    []Table   `json:"tables"`
	Files     []File    `json:"files"`
}

// Head is the end of the ledger's chain (链头).
type Head struct {
	Number int64  `json:"number"` // of the last block, 0 when there is none
	Hash   string `json:"hash"`   // SM3, hexadecimal
}

// Table is one table of the archive. Size and SM3 are those of its lines.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"` // in the order of each line
	Rows    int64    `json:"rows"`
	Size    int64    `json:"size"` // bytes
	SM3     string   `json:"sm3"`
}

// File is one stored file (原始文件), encrypted as it lies in the store.
type File struct {
	Name string `json:"name"`
	Size int64  `json:"size"` // bytes
	SM3  string `json:"sm3"`
}

// storedName is the form of names in the store of package vault. Everything else in its folder is
// unfinished; everything else in an archive is refused, so that no name leads out of the folder.
var storedName = regexp.MustCompile(`^[0-9a-f]{64}-[0-9a-f]{8}$`)

// digest counts and hashes what is written to it.
type digest struct {
	sm3  hash.Hash
	size int64
}

func newDigest() *digest { return &digest{sm3: sm3.New()} }

func (d *digest) Write(p []byte) (int, error) {
	d.size += int64(len(p))
	return d.sm3.Write(p)
}

func (d *digest) sum() string { return hex.EncodeToString(d.sm3.Sum(nil)) }

// expands reports whether an entry grows beyond the limits when it is read.
func expands(f *zip.FileHeader) bool {
	return f.UncompressedSize64 > freeSize && (f.UncompressedSize64-freeSize)/maxRatio > f.CompressedSize64
}

// tooLarge is the fault of an entry beyond the limits.
func tooLarge(name string) error { return fault.New(fault.TooLarge, "backup.too_large", name) }

// reporter gives a function that may be called when the caller wants no progress.
func reporter(progress func(table string, rows int64)) func(table string, rows int64) {
	if progress == nil {
		return func(string, int64) {}
	}
	return progress
}
