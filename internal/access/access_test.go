package access_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tuoxing/internal/api"
	"tuoxing/internal/date"
	"tuoxing/internal/intake"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
	"tuoxing/internal/web"
)

// class is a sort of reader. What is asked for belongs to Danyang.
type class int

const (
	nobody     class = iota
	city             // the whole installation
	own              // the district of what is asked for
	other            // another district
	firm             // an enterprise of the own district; it sees its five people
	auditor          // the whole installation, read-only, no numbers
	sysadmin         // users only
	auditadmin       // the audit log only
	worker           // 卞若溪 of the enterprise, who sees the own file
	classes
)

var logins = [classes]string{"", world.City, world.Danyang, world.Jurong, world.Firm, world.Auditor, world.SysAdmin, world.AuditAdmin, mineNumber}

// String is the login of the class.
func (c class) String() string {
	if c == nobody {
		return "nobody"
	}
	return logins[c]
}

// everybody lists the statuses of a case in the order of the classes. Where none is written for the worker, who comes last, it is
// that of the audit administrator: neither sees anything of the business.
type everybody [classes]int

func (e everybody) of(who class) int {
	if who == worker && e[worker] == 0 {
		return e[auditadmin]
	}
	return e[who]
}

// shows says what an answer may hold beyond the ordinary.
type shows int

const (
	numbers shows = 1 << iota // ID, phone and certificate numbers in clear, to whom the answer is 200 and who may see them
	ids                       // ids of people, which stand in the audit log for them
	rows                      // rows of the own district's file, which name a person who has moved away since
	desks                     // names of enterprises beside their accounts, also to the administrator who sees no other business
)

// ask is one case.
type ask struct {
	of     string // route or operation that it is a case of: "GET /workers/{id}"
	what   string // in words
	path   string // with {placeholders}, see fixture.fill
	form   string // of a page's form, query-encoded, with placeholders
	json   string // body of an operation, with placeholders
	upload bool   // a form with a file
	fresh  bool   // the request ends the session: it gets one of its own
	shows  shows
	want   everybody
}

// fixture is the world and what the placeholders stand for.
type fixture struct {
	*world.World
	words map[string]string
	temp  string          // the temp folder of the process
	keys  []string        // tokens that were made
	made  func() []string // files made in it so far
}

func newFixture(t *testing.T) *fixture {
	f := worldInTemp(t)
	w := f.World
	person := w.Person(t, "逄立恒") // of another firm in Danyang than the enterprise's
	f.words["{worker}"], f.words["{number}"] = person.ID.String(), person.Number
	f.words["{colleague}"] = w.Person(t, "卞若溪").ID.String()
	f.words["{foreign}"] = w.Person(t, "阚语桐").ID.String()
	f.words["{moved}"] = w.Person(t, "麴迁乔").ID.String()
	f.words["{leaver}"] = w.Person(t, "郗景行").ID.String() // proposed by {full}
	f.words["{import}"], f.words["{full}"] = w.Imports[world.DanyangBefore].String(), w.Imports[world.DanyangFull].String()
	f.words["{foreign import}"] = w.Imports[world.JurongRoster].String()
	f.words["{units import}"] = w.Imports[world.Organisations].String()
	f.words["{certified}"], f.words["{certificate}"] = certificateOf(t, w)
	f.words["{certificate number}"] = "S000032000000171720104" // of {worker}
	f.words["{row}"] = "7"                                     // of {worker} in {import}: title, headings, then the fifth person
	f.words["{unit}"], f.words["{foreign unit}"] = w.Unit(t, "丹阳市总工会").String(), w.Unit(t, "句容市总工会").String()
	f.words["{firm}"] = w.Unit(t, "丹阳恒远机械有限公司").String()
	f.returns(t)
	f.conflicts(t)
	f.words["{request}"] = register(t, w, world.Danyang, registry.RequestInput{Worker: person.ID, Kind: registry.RequestCorrect, Text: "手机号码有误"}).ID.String()
	f.duplicates(t)
	f.accounts(t)
	f.mine(t)
	f.words["{name}"], f.words["{foreign name}"] = url.QueryEscape("逄立恒"), url.QueryEscape("阚语桐")
	return f
}

// certificateOf gives the first certificate of somebody of Danyang whom the enterprise does not see.
func certificateOf(t *testing.T, w *world.World) (worker, certificate string) {
	t.Helper()
	for _, p := range w.People {
		if _, err := w.Registry.Find(t.Context(), w.Actor(t, world.Firm), p.ID); err == nil {
			continue
		}
		file, err := w.Registry.Find(t.Context(), w.Actor(t, world.Danyang), p.ID)
		if err == nil && len(file.Certificates) > 0 {
			return p.ID.String(), strconv.FormatInt(file.Certificates[0].ID, 10)
		}
	}
	t.Fatal("nobody of Danyang holds a certificate")
	return "", ""
}

// fill puts ids into a text. {scratch} is an import of the own district that was just received and
// may be done with as one likes; {mapping} is what was said of the headings of one.
func (f *fixture) fill(t *testing.T, text string) string {
	if strings.Contains(text, "{mapping}") {
		text = strings.ReplaceAll(text, "{mapping}", f.mapping(t))
	}
	if strings.Contains(text, "{scratch}") {
		v := intake.Trusted(f.Actor(t, world.Danyang).UserID)
		opt := intake.Options{Kind: "roster", AsOf: date.Of(2023, 4, 1), Unit: int64(f.Unit(t, "丹阳市总工会"))}
		id, err := f.Intake.Receive(t.Context(), v, world.FileName(world.DanyangBefore), bytes.NewReader(world.Text(world.DanyangBefore)), opt)
		if err != nil {
			t.Fatal(err)
		}
		text = strings.ReplaceAll(text, "{scratch}", id.String())
	}
	for word, id := range f.words {
		text = strings.ReplaceAll(text, word, id)
	}
	return text
}

// mapping says of the headings of a list of Danyang what they are known to be.
func (f *fixture) mapping(t *testing.T) string {
	v := intake.Trusted(f.Actor(t, world.Danyang).UserID)
	var id intake.ImportID
	if err := id.UnmarshalText([]byte(f.fill(t, "{scratch}"))); err != nil {
		t.Fatal(err)
	}
	if err := f.Intake.Map(t.Context(), v, id, intake.MapInput{}); err != nil {
		t.Fatal(err)
	}
	list, err := f.Intake.Mappings(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(m intake.Mapping) bool { return m.Unit == int64(f.Unit(t, "丹阳市总工会")) })
	return list[i].ID.String()
}

// send asks as a class.
func (f *fixture) send(t *testing.T, a ask, who class) (*world.Answer, string) {
	c := f.Client(t, logins[who])
	if a.fresh && who != nobody {
		c = c.As(f.NewToken(t, logins[who]))
	}
	return f.sendAs(t, a, c)
}

// sendAs asks with a client, and tells also what was said in asking.
func (f *fixture) sendAs(t *testing.T, a ask, c *world.Client) (*world.Answer, string) {
	method, _, _ := strings.Cut(a.of, " ")
	path := f.fill(t, a.path)
	switch {
	case a.upload:
		var fields [][2]string
		form, err := url.ParseQuery(f.fill(t, a.form))
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range form {
			fields = append(fields, [2]string{name, values[0]})
		}
		return c.Upload(path, "补充名单.csv", world.Text(world.DanyangBefore), fields...), path
	case strings.HasPrefix(path, "/api/") && a.json != "":
		body := f.fill(t, a.json)
		return c.Send(method, path, rawJSON(body)), path + body
	case method == http.MethodGet:
		return c.Get(path), path
	case strings.HasPrefix(path, "/api/"):
		return c.Send(method, path, nil), path
	}
	form, err := url.ParseQuery(f.fill(t, a.form))
	if err != nil {
		t.Fatal(err)
	}
	return c.Form(path, form), path + a.form + fmt.Sprint(form)
}

type rawJSON string

// MarshalJSON gives the text as it is.
func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(r), nil }

// secret is something that some readers must not see.
type secret struct {
	text, what string
	number     bool           // of a person, in clear
	seen       map[class]bool // by whom, in the ordinary
	id         bool           // of a person
	moved      bool           // of the person who was in Danyang before
}

// sees tells who sees what belongs to a district; of the five people of its firm the enterprise.
func sees(district int32, inFirm bool) map[class]bool {
	return map[class]bool{city: true, auditor: true, own: district == danyang, other: district == jurong, firm: inFirm}
}

// also adds the worker to who sees something, when it is of the own file.
func also(seen map[class]bool, mine bool) map[class]bool {
	seen[worker] = mine
	return seen
}

const (
	danyang int32 = 321181
	jurong  int32 = 321183
)

var firmPeople = []string{"卞若溪", "卞知远", "昝明川", "昝映雪", "郗景行"}

// secrets lists all of it.
func (f *fixture) secrets() []secret {
	var all []secret
	for _, n := range world.Secrets() {
		all = append(all, secret{text: n, what: "a number", number: true})
	}
	for _, p := range f.People {
		seen := also(sees(p.District, slices.Contains(firmPeople, p.Name)), p.Name == mineName)
		moved := p.Name == "麴迁乔"
		all = append(all, secret{text: p.Name, what: "a name", seen: seen, moved: moved})
		if !moved { // whose id stands in the facts of both districts
			all = append(all, secret{text: p.ID.String(), what: "the id of a person", id: true, seen: seen})
		}
	}
	for _, u := range []struct {
		name     string
		district int32
		firm     bool
	}{
		{"句容青山电子有限公司", jurong, false}, {"句容绿源建材有限公司", jurong, false}, {"句容市总工会", jurong, false},
		{"丹阳恒远机械有限公司", danyang, false}, {"丹阳云帆物流有限公司", danyang, false}, {"丹阳新光眼镜有限公司", danyang, true},
		{"镇江远通桥梁工程有限公司", 0, false},
	} {
		all = append(all, secret{text: u.name, what: "a unit", seen: also(sees(u.district, u.firm), u.firm)})
	}
	for file, district := range map[string]int32{world.DanyangBefore: danyang, world.DanyangFull: danyang, world.JurongRoster: jurong, world.Building: 0} {
		// The enterprise's people stand in the district's roster: their facts name it.
		all = append(all, secret{text: world.FileName(file), what: "a file", seen: also(sees(district, district == danyang), district == danyang)})
	}
	return all
}

// mayHold tells whether an answer may hold a secret.
func (a ask) mayHold(s secret, who class) bool {
	switch {
	case s.number: // whoever gets the right answer of such a case may see it: the status says who
		return a.shows&numbers != 0 && (who == city || who == own || who == worker && slices.Contains(mineNumbers, s.text))
	case s.id && a.shows&ids != 0 && who == auditadmin:
		return true
	case s.moved && a.shows&rows != 0 && who == own:
		return true
	case a.shows&desks != 0 && s.what == "a unit" && who == sysadmin:
		return true
	}
	return s.seen[who]
}

// content is an answer as text: of a workbook, the text of its parts.
func content(t *testing.T, a *world.Answer) string {
	text := string(a.Body)
	for name, values := range a.Header {
		line := strings.Join(values, " ")
		if plain, err := url.PathUnescape(line); err == nil {
			line += " " + plain
		}
		text += "\n" + name + ": " + line
	}
	if !bytes.HasPrefix(a.Body, []byte("PK\x03\x04")) {
		return text
	}
	z, err := zip.NewReader(bytes.NewReader(a.Body), int64(len(a.Body)))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		text += "\n" + string(b)
	}
	return text
}

// addresses are all that the installation answers.
func addresses() []string {
	var all []string
	for _, r := range (&web.Server{}).Routes() {
		all = append(all, r.Method+" "+r.Pattern)
	}
	for _, op := range (&api.Server{}).Operations() {
		all = append(all, op.Method+" "+op.Path)
	}
	return all
}

// uncovered gives the addresses without a case, and the cases of no address.
func uncovered(addresses []string, cases []ask) (missing, stray []string) {
	for _, at := range addresses {
		if !slices.ContainsFunc(cases, func(a ask) bool { return a.of == at }) {
			missing = append(missing, at)
		}
	}
	for _, a := range cases {
		if !slices.Contains(addresses, a.of) {
			stray = append(stray, a.of)
		}
	}
	return missing, stray
}

func TestEveryAddress_has_a_case_for_every_reader(t *testing.T) {
	t.Parallel()
	cases := allCases()
	missing, stray := uncovered(addresses(), cases)
	for _, at := range missing {
		t.Errorf("%s has no case: write down in this package who may ask it", at)
	}
	for _, at := range stray {
		t.Errorf("%s is answered by nobody", at)
	}
	for _, a := range cases {
		for who := range classes {
			if a.want.of(who) < 200 {
				t.Errorf("%s (%s): no status for %s", a.of, a.what, who)
			}
		}
	}
	if missing, stray := uncovered([]string{"GET /new"}, []ask{{of: "GET /old"}}); len(missing) != 1 || len(stray) != 1 {
		t.Error("a new address would not be found")
	}
}

func TestAccess(t *testing.T) {
	f := newFixture(t)
	all := f.secrets()
	if len(addresses()) < 60 {
		t.Fatalf("%d addresses: the lists are not read", len(addresses()))
	}
	for _, a := range allCases() {
		for who := range classes {
			answer, asked := f.send(t, a, who)
			if answer.Status != a.want.of(who) {
				t.Errorf("%s (%s) as %s: status %d, want %d: %.200s", a.of, a.what, who, answer.Status, a.want.of(who), answer.Body)
			}
			text := content(t, answer)
			for _, s := range all {
				if !a.mayHold(s, who) && strings.Contains(text, s.text) && !strings.Contains(asked, s.text) {
					t.Errorf("%s (%s) as %s: status %d holds %s %s", a.of, a.what, who, answer.Status, s.what, s.text)
				}
			}
		}
	}
	t.Run("the answers hold what they should", f.positive)
	t.Run("what was done is known to the log", func(t *testing.T) { knownActs(t, f) })
	t.Run("nothing personal is left lying", func(t *testing.T) { leftLying(t, f) })
}

// positive makes sure that the table looks at real answers: what a reader may see is there.
func (f *fixture) positive(t *testing.T) {
	for _, c := range []struct {
		who   class
		path  string
		texts []string
	}{
		{own, "/figures/employees/rows", []string{"逄立恒", "丹阳恒远机械有限公司", world.FileName(world.DanyangBefore)}},
		{other, "/figures/employees/rows", []string{"阚语桐", "句容青山电子有限公司"}},
		{firm, "/workers", []string{"卞若溪"}},
		{auditor, "/workers", []string{"逄立恒", "阚语桐"}},
		{worker, "/me/file", []string{mineName, "丹阳新光眼镜有限公司", world.FileName(world.DanyangBefore)}},
		{worker, "/me/looks", []string{"丹阳市总工会"}},
		{own, "/workers.xlsx", []string{"逄立恒"}},
		{own, "/certificates", []string{"逄立恒"}},
		{own, "/certificates.xlsx", []string{"逄立恒"}},
		{city, "/api/v1/certificates?limit=500", []string{"逄立恒", "卞若溪"}},
		{own, f.fill(t, "/imports/{import}/rejects"), []string{world.Secrets()[slices.IndexFunc(world.Secrets(), f.isWrong)]}},
		{own, f.fill(t, "/api/v1/imports/{import}/problems?limit=500"), []string{f.words["{number}"]}},
		{city, "/api/v1/workers?limit=500", []string{"逄立恒", "阚语桐", "束长虹", "迮自在"}},
	} {
		text := content(t, f.Client(t, logins[c.who]).Get(c.path))
		for _, want := range c.texts {
			if !strings.Contains(text, want) {
				t.Errorf("%s as %s does not hold %s", c.path, c.who, want)
			}
		}
	}
}

// isWrong tells the number with a wrong check digit in Danyang's roster, which is refused.
func (f *fixture) isWrong(n string) bool {
	return strings.HasPrefix(n, "32990119790825") && n != f.number("卞知远")
}

func (f *fixture) number(name string) string {
	for _, p := range f.People {
		if p.Name == name {
			return p.Number
		}
	}
	panic("nobody is called " + strconv.Quote(name))
}
