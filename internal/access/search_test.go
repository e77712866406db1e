package access_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// needle is one secret in every spelling in which it could lie about.
type needle struct {
	text      string
	spellings map[string][]byte // by name of the spelling
}

func newNeedle(text string) needle {
	n := needle{text: text, spellings: map[string][]byte{
		"UTF-8":     []byte(text),
		"UTF-16 LE": wide(text, binary.LittleEndian),
		"UTF-16 BE": wide(text, binary.BigEndian),
	}}
	for name, plain := range map[string][]byte{"UTF-8": []byte(text), "UTF-16 LE": n.spellings["UTF-16 LE"]} {
		digits := hex.EncodeToString(plain)
		n.spellings["hexadecimal of "+name] = []byte(digits)
		n.spellings["capital hexadecimal of "+name] = []byte(strings.ToUpper(digits))
		for shift := range 3 {
			core := base64Core(plain, shift)
			n.spellings["base64 of "+name+" +"+strconv.Itoa(shift)] = core
			n.spellings["base64url of "+name+" +"+strconv.Itoa(shift)] = []byte(strings.NewReplacer("+", "-", "/", "_").Replace(string(core)))
		}
	}
	if v, err := strconv.ParseUint(text, 10, 63); err == nil && len(text) >= 11 {
		be := binary.BigEndian.AppendUint64(nil, v)
		if v < 1<<40 { // SQLite writes numbers of that size with six bytes
			be = be[2:]
		}
		n.spellings["binary number"] = be
		n.spellings["binary number LE"] = binary.LittleEndian.AppendUint64(nil, v)
	}
	return n
}

func wide(text string, order binary.AppendByteOrder) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

// base64Core is the part of the base64 of a text that does not depend on what stands around it, when
// so many bytes stand before it in its group of three.
func base64Core(plain []byte, shift int) []byte {
	padded := append(make([]byte, shift), plain...)
	whole := base64.StdEncoding.EncodeToString(append(padded, 0, 0))
	from, to := (shift*8+5)/6, (len(padded)*8)/6
	return []byte(whole[from:to])
}

// finding is a secret that was found.
type finding struct{ where, spelling, text string }

// haystack searches blobs for needles.
type haystack struct {
	needles []needle
	found   []finding
	bytes   int64 // searched
}

// search looks through a blob, and through what is compressed in it.
func (h *haystack) search(where string, blob []byte) {
	h.plain(where, blob)
	for at := 0; ; at += 4 {
		next := bytes.Index(blob[at:], []byte("PK\x03\x04"))
		if next < 0 {
			break
		}
		at += next
		h.entry(where, blob[at:])
	}
	for at := 0; ; at += 3 {
		next := bytes.Index(blob[at:], []byte{0x1f, 0x8b, 8}) // gzip
		if next < 0 {
			break
		}
		at += next
		if len(blob) > at+10 && blob[at+3] == 0 {
			h.inflate(where+" (in gzip)", blob[at+10:])
		}
	}
}

// entry reads one local entry of a zip, also of one whose end is missing.
func (h *haystack) entry(where string, b []byte) {
	const head = 30
	if len(b) < head {
		return
	}
	method := binary.LittleEndian.Uint16(b[8:])
	start := head + int(binary.LittleEndian.Uint16(b[26:])) + int(binary.LittleEndian.Uint16(b[28:]))
	if method == 8 && start < len(b) { // what is only stored was seen as it is
		h.inflate(where+" (in a zip)", b[start:])
	}
}

// inflate unpacks as much as there is.
func (h *haystack) inflate(where string, b []byte) {
	var out bytes.Buffer
	const most = 64 << 20
	_, err := io.Copy(&out, io.LimitReader(flate.NewReader(bytes.NewReader(b)), most))
	if out.Len() > 0 { // also what came before an error
		h.plain(where, out.Bytes())
	}
	_ = err // what is no deflate stream after all has nothing to unpack
}

func (h *haystack) plain(where string, blob []byte) {
	h.bytes += int64(len(blob))
	for _, n := range h.needles {
		for name, spelling := range n.spellings {
			if bytes.Contains(blob, spelling) {
				h.found = append(h.found, finding{where, name, n.text})
			}
		}
	}
}

// folder searches every file below a folder.
func (h *haystack) folder(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if os.IsNotExist(err) { // gone between the listing and the look
				return nil
			}
			return err
		}
		if !d.Type().IsRegular() {
			return nil
		}
		h.plain("the name of a file", []byte(d.Name()))
		b, err := os.ReadFile(path)
		if err != nil {
			if os.IsNotExist(err) {
				return nil
			}
			return err
		}
		rel, err := filepath.Rel(dir, path)
		h.search(rel, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
