package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"runtime"
	"strings"
	"testing"

	"tuoxing/internal/fault"
)

// part is one part of a workbook made as a weapon: a text many times over between two others, and what the archive says about it.
type part struct {
	name               string
	before, text, tail string
	times              int
	declared           uint64 // size as the list of parts has it, 0 = the true one
	wrongSum           bool
}

func (p part) size() uint64 { return uint64(len(p.before) + len(p.text)*p.times + len(p.tail)) }

// packed packs a part. A chunk of some hundred repetitions is packed once and its bytes are repeated, so that
// gigabytes cost nothing to make.
func (p part) packed(t *testing.T) []byte {
	t.Helper()
	deflated := func(s string, last bool) []byte {
		var b bytes.Buffer
		w, err := flate.NewWriter(&b, flate.BestCompression)
		if err == nil {
			_, err = w.Write([]byte(s))
		}
		if err == nil && last {
			err = w.Close()
		} else if err == nil {
			err = w.Flush()
		}
		if err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	out := deflated(p.before, false)
	if p.text != "" {
		each := max(1, (1<<20)/len(p.text))
		out = append(out, bytes.Repeat(deflated(strings.Repeat(p.text, each), false), p.times/each)...)
		out = append(out, deflated(strings.Repeat(p.text, p.times%each), false)...)
	}
	return append(out, deflated(p.tail, true)...)
}

// sum is the checksum of the part. Parts above 256 MiB are never read to their end.
func (p part) sum() uint32 {
	if p.size() > 256<<20 {
		return 1
	}
	c := crc32.ChecksumIEEE([]byte(p.before))
	many := 1 + (1<<20)/max(len(p.text), 1)
	chunk := []byte(strings.Repeat(p.text, many))
	for n := p.times; n > 0; n -= many {
		c = crc32.Update(c, crc32.IEEETable, chunk[:min(n, many)*len(p.text)])
	}
	c = crc32.Update(c, crc32.IEEETable, []byte(p.tail))
	if p.wrongSum {
		c++
	}
	return c
}

func armed(t *testing.T, parts ...part) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range parts {
		raw := p.packed(t)
		h := &zip.FileHeader{Name: p.name, Method: zip.Deflate, CRC32: p.sum(), CompressedSize64: uint64(len(raw)), UncompressedSize64: p.size()}
		if p.declared != 0 {
			h.UncompressedSize64 = p.declared
		}
		w, err := z.CreateRaw(h)
		if err == nil {
			_, err = w.Write(raw)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const rels = `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="s.xml"/><Relationship Id="rId2" Type="http://x/sharedStrings" Target="t.xml"/></Relationships>`

// arm is a workbook with one sheet and its texts; further parts may follow, and a part of the same name replaces.
func arm(t *testing.T, sheet, shared part, more ...part) []byte {
	t.Helper()
	sheet.name, shared.name = "xl/s.xml", "xl/t.xml"
	list := []part{{name: "xl/workbook.xml", tail: `<workbook><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`}, {name: "xl/_rels/workbook.xml.rels", tail: rels}}
	return armed(t, append(append(list, sheet, shared), more...)...)
}

// ballast packs badly: with it a file is large enough for what it unpacks to.
func ballast(size int) part { return part{name: "xl/media/x.bin", tail: noise(1, size)} }

func rowsOf(before, text string, times int, tail string) part {
	return part{before: `<worksheet><sheetData>` + before, text: text, times: times, tail: tail + `</sheetData></worksheet>`}
}

// fired reads all sheets of a file as the import does, heads first, and tells what ended it and how many bytes were allocated.
func fired(raw []byte, lim Limits) (err error, rows int, allocated uint64, leaked bool) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b, err := Open(bytes.NewReader(raw), int64(len(raw)), "x.xlsx", lim)
	for i := 0; err == nil && i < len(b.Sheets); i++ {
		var head []Row
		if head, err = b.Head(i, 31); err != nil {
			break
		}
		for _, r := range head {
			leaked = leaked || strings.Contains(strings.Join(r.Cells, ""), "root:")
		}
		for _, rerr := range b.Rows(i) {
			if err = rerr; err == nil {
				rows++
			}
		}
	}
	runtime.ReadMemStats(&after)
	return err, rows, after.TotalAlloc - before.TotalAlloc, leaked
}

const (
	mib  = 1 << 20
	gib  = 1 << 30
	cell = `<c t="s"><v>0</v></c>`
	one  = `<sst><si><t>甲</t></si></sst>`
	head = `<row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row>`
)

// Workbooks as weapons: reading ends with a refusal that says what to do, or with the rows; memory is counted as all that was
// allocated on the way, which is more than was held at any time.
func TestWeapons_are_refused_in_bounded_memory_and_leave_nothing_behind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	plain := rowsOf(head, "", 0, "")
	texts := part{tail: one}
	small := Default
	small.Unzipped = 64 * mib
	cases := map[string]struct {
		raw []byte
		lim Limits
		key string // of the refusal, "" = it is read
		mib uint64
	}{
		"a bomb of 10 GiB":                  {arm(t, rowsOf(head, strings.Repeat(" ", 1024), 10*mib, ""), texts), Default, "intake.unzipped_too_large", 4},
		"a bomb below the limit":            {arm(t, rowsOf(head, " ", 100*mib, ""), texts), Default, "intake.ratio_too_large", 4},
		"a bomb that says it is small":      {arm(t, part{before: plain.before, text: strings.Repeat(" ", 1024), times: 10 * mib, declared: 200}, texts), Default, "intake.file_damaged", 8},
		"a bomb that ends where it says":    {arm(t, part{before: plain.before + plain.tail, text: " ", times: gib, declared: uint64(len(plain.before + plain.tail))}, texts), Default, "intake.file_damaged", 8},
		"a bomb in the texts":               {arm(t, plain, part{before: `<sst><si><t>`, text: "x", times: gib, declared: 100}), Default, "intake.file_damaged", 8},
		"a size beyond all sizes":           {arm(t, part{tail: plain.before + plain.tail, declared: 1<<63 + 5}, texts), Default, "intake.unzipped_too_large", 4},
		"sizes that add up to nothing":      {arm(t, part{tail: plain.before + plain.tail, declared: 1<<64 - 1}, texts, part{name: "y", declared: 1<<64 - 1}), Default, "intake.unzipped_too_large", 4},
		"a part longer than it says":        {arm(t, part{tail: plain.before + plain.tail + "</x>", declared: uint64(len(plain.before + plain.tail))}, texts), Default, "intake.file_damaged", 4},
		"a part shorter than it says":       {arm(t, part{tail: plain.before + plain.tail, declared: 10_000}, texts), Default, "intake.file_damaged", 4},
		"a wrong checksum":                  {arm(t, part{tail: plain.before + plain.tail, wrongSum: true}, texts), Default, "intake.file_damaged", 4},
		"rows that break off":               {arm(t, part{tail: plain.before}, texts), Default, "intake.file_damaged", 4},
		"two parts of one name":             {arm(t, plain, texts, part{name: "XL/s.xml", tail: `<worksheet/>`}), Default, "intake.file_damaged", 4},
		"20,000 parts":                      {manyParts(t, 20_000, 0), Default, "intake.parts_too_many", 20},
		"400,000 parts in the list":         {manyParts(t, 400_000, 0), Default, "intake.parts_too_many", 80},
		"parts that lie over each other":    {manyParts(t, 9_000, 10*mib), Default, "intake.unzipped_too_large", 20},
		"an archive in an archive":          {armed(t, part{name: "a.xlsx", tail: string(arm(t, plain, texts))}), Default, "intake.format_unknown", 4},
		"an archive embedded":               {arm(t, plain, texts, part{name: "xl/embeddings/b.zip", tail: string(armed(t, part{name: "c", text: " ", times: gib}))}), Default, "", 4},
		"zip64":                             {zip64(t, plain, texts), Default, "", 4},
		"a cell of 40 MiB":                  {arm(t, rowsOf(`<row r="1"><c t="inlineStr"><is><t>`, "x", 40*mib, `</t></is></c></row>`), texts, ballast(mib)), Default, "intake.cell_too_large", 8},
		"a number of 40 MiB":                {arm(t, rowsOf(`<row r="1"><c><v>`, "7", 40*mib, `</v></c></row>`), texts, ballast(mib)), Default, "intake.cell_too_large", 8},
		"a tag of 40 MiB":                   {arm(t, rowsOf(`<row r="1" x="`, "x", 40*mib, `"/>`), texts, ballast(mib)), Default, "intake.cell_too_large", 8},
		"a comment of 40 MiB":               {arm(t, rowsOf(`<!--`, "x", 40*mib, `-->`), texts, ballast(mib)), Default, "intake.cell_too_large", 8},
		"a formula of 40 MiB":               {arm(t, rowsOf(`<row r="1"><c r="A1"><f>`, "1+", 20*mib, `1</f><v>2</v></c></row>`), texts, ballast(mib)), Default, "", 8},
		"a million columns":                 {arm(t, rowsOf(`<row r="1">`, cell, mib, `</row>`), texts, ballast(mib)), Default, "intake.columns_too_many", 8},
		"a million blank columns":           {arm(t, rowsOf(head+`<row r="2">`, `<c/>`, mib, `</row>`), texts), Default, "", 8},
		"a million columns of text":         {[]byte("甲" + strings.Repeat(",x", mib)), Default, "intake.columns_too_many", 8},
		"millions of blank columns of text": {[]byte("甲" + strings.Repeat(", ", 16*mib)), Default, "", 8},
		"millions of empty texts":           {arm(t, plain, part{before: "<sst>", text: "<si/>", times: 8 * mib, tail: "</sst>"}, ballast(mib)), small, "intake.texts_too_large", 64},
		"many long texts":                   {arm(t, plain, part{before: "<sst>", text: "<si><t>" + strings.Repeat("y", 30_000) + "</t></si>", times: 1500, tail: "</sst>"}, ballast(mib)), small, "intake.texts_too_large", 64},
		"a text of a million pieces":        {arm(t, plain, part{before: "<sst><si>", text: "<r><t>yyyyyyyyyy</t></r>", times: mib, tail: "</si></sst>"}, ballast(mib)), Default, "intake.cell_too_large", 8},
		"one long text in every cell":       {arm(t, rowsOf("", "<row>"+strings.Repeat(cell, 200)+"</row>", 1000, ""), part{tail: "<sst><si><t>" + strings.Repeat("长", 10_000) + "</t></si></sst>"}, ballast(mib)), Default, "intake.row_too_large", 8},
		"one long text in every row":        {arm(t, rowsOf("", "<row>"+cell+"</row>", 100_000, ""), part{tail: "<sst><si><t>" + strings.Repeat("长", 10_000) + "</t></si></sst>"}, ballast(mib)), small, "intake.unzipped_too_large", 8},
		"a million sheets":                  {armed(t, part{name: "xl/workbook.xml", before: `<workbook><sheets>`, text: `<sheet name="A" r:id="rId1"/>`, times: mib}, part{name: "xl/_rels/workbook.xml.rels", tail: rels}, ballast(mib)), Default, "intake.sheets_too_many", 8},
		"a million relations":               {armed(t, part{name: "_rels/.rels", tail: "<x/>"}, part{name: "xl/workbook.xml", tail: "<workbook/>"}, manyRelations(), ballast(mib)), Default, "intake.parts_too_many", 16},
		"a million merged areas":            {arm(t, part{before: `<worksheet><sheetData>` + head, tail: `</worksheet>`, text: `<mergeCell ref="A1:IV2000000"/>`, times: mib}, texts, ballast(mib)), Default, "intake.file_damaged", 64},
		"a million merged areas behind":     {arm(t, part{before: `<worksheet><sheetData>` + head + `</sheetData><mergeCells>`, text: `<mergeCell ref="A1:IV2000000"/>`, times: mib, tail: `</mergeCells></worksheet>`}, texts, ballast(mib)), Default, "", 64},
		"rows that go backwards":            {arm(t, rowsOf(`<row r="7">`+cell+`</row>`, `<row r="3">`+cell+`</row>`, 1, ""), texts), Default, "intake.file_damaged", 4},
		"one row twice":                     {arm(t, rowsOf("", `<row r="3">`+cell+`</row>`, 2, ""), texts), Default, "intake.file_damaged", 4},
		"a row below the first":             {arm(t, rowsOf("", `<row r="-5">`+cell+`</row>`, 1, ""), texts), Default, "intake.file_damaged", 4},
		"a row beyond all rows":             {arm(t, rowsOf("", `<row r="4294967297">`+cell+`</row>`, 1, ""), texts), Default, "intake.rows_too_many", 4},
		"a text that is not there":          {arm(t, rowsOf("", `<row><c t="s"><v>99999999999</v></c></row>`, 1, ""), texts), Default, "intake.file_damaged", 4},
		"nesting of a million":              {arm(t, rowsOf(`<row r="1">`, `<c>`, mib, ``), texts, ballast(mib)), Default, "intake.file_damaged", 8},
		"nesting for the library":           {odd(t, "<a>", 10*mib), Default, "intake.file_damaged", 64},
		"cells for the library":             {odd(t, "<c/>", 7*mib), Default, "intake.file_damaged", 64},
		"attributes for the library":        {odd(t, ` a=""`, 5*mib), Default, "intake.file_damaged", 64},
		"entities that grow":                {arm(t, laughs("<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>&e9;</t></is></c></row></sheetData></worksheet>"), texts), Default, "intake.file_damaged", 32},
		"entities that grow in the texts":   {arm(t, rowsOf("", "<row>"+cell+"</row>", 1, ""), laughs("<sst><si><t>&e9;</t></si></sst>")), Default, "intake.file_damaged", 32},
		"an entity of another file":         {arm(t, part{tail: `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>`}, texts), Default, "intake.file_damaged", 32},
		"an entity nobody declared":         {arm(t, rowsOf("", `<row><c t="inlineStr"><is><t>&e9;</t></is></c></row>`, 1, ""), texts), Default, "", 4},
		"a quote that never closes":         {[]byte("甲,\"" + strings.Repeat("x\n", 8*mib)), Default, "intake.cell_too_large_at", 8},
		"a line that never ends":            {[]byte(strings.Repeat("x", 32*mib)), Default, "intake.cell_too_large_at", 8},
	}
	for name, c := range cases {
		err, rows, allocated, leaked := fired(c.raw, c.lim)
		f, _ := fault.As(err)
		switch {
		case c.key == "" && (err != nil || rows == 0):
			t.Errorf("%s: %d rows, %v; it can be read", name, rows, err)
		case c.key != "" && (f == nil || f.Key != c.key):
			t.Errorf("%s: %d rows, %v; want %s", name, rows, err, c.key)
		}
		if limit := c.mib*mib + uint64(len(c.raw)); allocated > limit {
			t.Errorf("%s: %d MiB were allocated, at most %d wanted", name, allocated/mib, limit/mib)
		}
		if leaked {
			t.Errorf("%s: a cell holds what stands in another file", name)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Fatalf("%s: temporary files %v %v", name, left, err)
		}
	}
}

// odd is a sheet that is handed to the library, full of one text.
func odd(t *testing.T, text string, times int) []byte {
	t.Helper()
	before := `<!DOCTYPE x><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	if text[0] == ' ' {
		before += "<row"
	} else {
		before += "<row>"
	}
	raw := []part{{name: "xl/worksheets/sheet1.xml", before: before, text: text, times: times}}
	f, err := zip.NewReader(bytes.NewReader(oddBook(t, "")), int64(len(oddBook(t, ""))))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.File {
		if p.Name == raw[0].name {
			continue
		}
		rc, err := p.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(rc); err != nil {
			t.Fatal(err)
		}
		raw = append(raw, part{name: p.Name, tail: b.String()})
	}
	return armed(t, append(raw, ballast(mib))...)
}

func laughs(tail string) part {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE x [<!ENTITY e0 "ha">`)
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, `<!ENTITY e%d "%s">`, i, strings.Repeat(fmt.Sprintf("&e%d;", i-1), 10))
	}
	return part{tail: b.String() + "]>" + tail}
}

func manyRelations() part {
	p := part{name: "xl/_rels/workbook.xml.rels", before: "<Relationships>", tail: "</Relationships>"}
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, `<Relationship Id="r%d" Type="x" Target="y"/>`, i)
	}
	p.before += b.String()
	return p
}

// manyParts is an archive whose list names so many parts, all of them the same bytes, each said to unpack to so much.
func manyParts(t *testing.T, n int, size uint32) []byte {
	t.Helper()
	out := armed(t, part{name: "00000", tail: "x"})
	end := bytes.LastIndex(out, []byte("PK\x05\x06"))
	from := int(binary.LittleEndian.Uint32(out[end+16:]))
	entry := bytes.Clone(out[from:end])
	if size > 0 {
		binary.LittleEndian.PutUint32(entry[24:], size)
	}
	tail := bytes.Clone(out[end:])
	var list []byte
	for i := range n {
		copy(entry[46:], fmt.Sprintf("%05d", i%100_000))
		list = append(list, entry...)
	}
	binary.LittleEndian.PutUint16(tail[8:], uint16(n))
	binary.LittleEndian.PutUint16(tail[10:], uint16(n))
	binary.LittleEndian.PutUint32(tail[12:], uint32(len(list)))
	return append(append(out[:from:from], list...), tail...)
}

// zip64 is a workbook whose sizes and places stand in the records for large archives, as programs write them that do not
// know at the beginning how large a part becomes.
func zip64(t *testing.T, sheet, shared part) []byte {
	t.Helper()
	raw := arm(t, sheet, shared)
	end := bytes.LastIndex(raw, []byte("PK\x05\x06"))
	from := int(binary.LittleEndian.Uint32(raw[end+16:]))
	out := bytes.Clone(raw[:from])
	entries := 0
	for at := from; at < end; entries++ {
		e := bytes.Clone(raw[at:])
		nameLen, extraLen := int(binary.LittleEndian.Uint16(e[28:])), int(binary.LittleEndian.Uint16(e[30:]))
		e = e[:46+nameLen+extraLen]
		at += len(e)
		extra := binary.LittleEndian.AppendUint16(nil, 1)
		extra = binary.LittleEndian.AppendUint16(extra, 24)
		for _, field := range []int{24, 20, 42} { // unpacked, packed, place
			extra = binary.LittleEndian.AppendUint64(extra, uint64(binary.LittleEndian.Uint32(e[field:])))
			binary.LittleEndian.PutUint32(e[field:], 0xFFFFFFFF)
		}
		binary.LittleEndian.PutUint16(e[30:], uint16(extraLen+len(extra)))
		out = append(append(out, e...), extra...)
	}
	list := len(out) - from
	at := len(out)
	out = append(out, "PK\x06\x06"...)
	out = binary.LittleEndian.AppendUint64(out, 44)
	out = append(out, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for _, v := range []int{entries, entries, list, from} {
		out = binary.LittleEndian.AppendUint64(out, uint64(v))
	}
	out = append(append(out, "PK\x06\x07"...), 0, 0, 0, 0)
	out = binary.LittleEndian.AppendUint64(out, uint64(at))
	out = append(out, 1, 0, 0, 0)
	out = append(out, "PK\x05\x06"...)
	out = append(out, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF)
	return append(append(out, bytes.Repeat([]byte{0xFF}, 8)...), 0, 0)
}
