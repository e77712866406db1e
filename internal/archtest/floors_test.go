package archtest_test

// The floors of the house, from the ground up. A package may import whatever stands on a lower
// floor; on its own floor only along an arrow drawn here, and what that one stands on.
const (
	ground = iota
	pillar
	modules
	door
)

// arrow is one allowed import on the same floor, with its reason.
type arrow struct{ to, why string }

// place is one line of the house plan. Packages that are designed but not yet built have their
// line already, so that their first file obeys it.
type place struct {
	pkg    string // path below internal/, or from the root with a leading slash; a trailing /* covers one level below
	floor  int
	arrows []arrow
	only   []string // when set: of the house, nothing but these
	pure   bool     // no SQL, no HTTP
	free   bool     // may import anything of the house (tests' own)
}

// Reasons that many lines share.
const (
	words   = "a fault is the only error a person reads"
	days    = "days are counted one way"
	amounts = "money is whole fen everywhere"
	people  = "an employment, a certificate and a name have one owner"
)

// plan is the whole house. A package without a line fails; a new arrow needs a record in docs/adr.
var plan = []place{
	{pkg: "fault", floor: ground, pure: true},
	{pkg: "date", floor: ground, pure: true, arrows: []arrow{{"fault", words}}},
	{pkg: "money", floor: ground, pure: true, arrows: []arrow{{"fault", words}, {"date", days}}},
	{pkg: "locale", floor: ground, pure: true, arrows: []arrow{{"fault", "prints a fault in the reader's language"}, {"date", "prints days"}, {"money", "prints amounts"}}},
	{pkg: "cn", floor: ground, pure: true, arrows: []arrow{{"fault", words}, {"date", days}, {"money", amounts}}},
	{pkg: "db", floor: ground, arrows: []arrow{{"fault", "driver errors become faults here and nowhere else"}, {"date", days}}},
	{pkg: "db/migrations", floor: ground, only: []string{}},
	{pkg: "vault", floor: ground, arrows: []arrow{{"db", "wrapped keys and index tables are rows"}, {"fault", words}, {"date", days}}},
	{pkg: "listing", floor: ground, pure: true, arrows: []arrow{{"fault", words}, {"date", days}, {"money", amounts}}},
	{pkg: "/figures", floor: ground, pure: true, only: []string{}},
	{pkg: "/policies", floor: ground, pure: true, only: []string{}},
	{pkg: "/panels", floor: ground, pure: true, only: []string{}},

	{pkg: "policy", floor: pillar, pure: true},
	{pkg: "panel", floor: pillar, pure: true},
	{pkg: "audit", floor: pillar},
	{pkg: "org", floor: pillar, arrows: []arrow{{"audit", "a changed unit is a recorded act"}}},
	{pkg: "account", floor: pillar, arrows: []arrow{{"org", "a role holds for a subtree"}, {"audit", "log-ins are recorded"}}},
	{pkg: "job", floor: pillar, arrows: []arrow{{"account", "a job acts for somebody"}}},
	{pkg: "ledger", floor: pillar, arrows: []arrow{{"account", "sums are asked within a scope"}}},
	{pkg: "intake", floor: pillar, arrows: []arrow{
		{"job", "long runs are durable work"}, {"audit", "who brought which file"},
		{"ledger", "applying a file enters facts"}, {"intake/sheet", "the reader of spreadsheets"}}},
	{pkg: "intake/sheet", floor: pillar, pure: true},
	{pkg: "review", floor: pillar, arrows: []arrow{{"job", "deadlines are durable work"}, {"audit", "each step has its actor"}}},

	// A backup does not know what a table means.
	{pkg: "backup", floor: pillar, only: []string{"db", "fault", "date"}},

	{pkg: "registry", floor: modules},
	{pkg: "filing", floor: modules},
	{pkg: "training", floor: modules, arrows: []arrow{{"registry", people}}},
	{pkg: "drill", floor: modules, arrows: []arrow{{"registry", people}}},
	{pkg: "contest", floor: modules, arrows: []arrow{{"registry", people}, {"honour", "a place earns a title"}}},
	{pkg: "promotion", floor: modules, arrows: []arrow{{"registry", people}, {"honour", "a title can raise a level"}}},
	{pkg: "honour", floor: modules, arrows: []arrow{{"registry", people}}},
	{pkg: "lecture", floor: modules, arrows: []arrow{{"registry", people}}},
	{pkg: "innovation", floor: modules, arrows: []arrow{{"registry", people}}},
	{pkg: "pilot", floor: modules, arrows: []arrow{{"registry", people}}},
	{pkg: "bargain", floor: modules, arrows: []arrow{{"registry", people}}},
	{pkg: "pay", floor: modules, arrows: []arrow{{"registry", people}, {"bargain", "a scheme keeps what was agreed"}}},
	{pkg: "subsidy", floor: modules, arrows: []arrow{{"registry", people}, {"training", "a class is what is paid for"}}},
	// A figure is a sum over the ledger and of nothing else; names and files reach it through
	// function fields that app sets.
	{pkg: "figure", floor: modules, only: []string{"ledger", "account", "audit", "org", "db", "cn", "locale", "fault", "date", "money", "/figures"}},
	{pkg: "export", floor: modules, arrows: []arrow{{"registry", people}, {"figure", "its rows and its words for values"}}},
	// The generator shares no code with what reads its files, so that the two can disagree.
	{pkg: "demo", floor: modules, only: []string{"date", "fault"}},

	{pkg: "web/static", floor: door, only: []string{}},
	{pkg: "web/part", floor: door, arrows: []arrow{{"web/static", "addresses of the assets carry their hash"}}},
	{pkg: "web/page/*", floor: door, arrows: []arrow{{"web/part", "layout and parts are shared"}}},
	{pkg: "web/sample", floor: door, arrows: []arrow{{"web/page/*", "fills each page for the gallery"}, {"web/part", "layout and parts are shared"}}},
	{pkg: "web", floor: door, arrows: []arrow{{"web/page/*", "handlers render pages"}, {"web/sample", "serves the gallery"}, {"web/part", "layout and parts are shared"}}},
	{pkg: "api", floor: door},
	{pkg: "app", floor: door, arrows: []arrow{{"web", "wires the pages"}, {"api", "wires the API"}}},
	{pkg: "bench", floor: door, arrows: []arrow{{"app", "measures the wired house"}}},
	{pkg: "cli", floor: door, arrows: []arrow{{"app", "a command opens the wired house"}, {"bench", "the command that measures"}}},
	{pkg: "/cmd/tuoxing", floor: door, only: []string{"cli"}},

	{pkg: "testkit", floor: door, free: true},
	// The planter of workbooks shares no code with what reads them, nor with the other planter: the two sides can disagree.
	{pkg: "testkit/planter", floor: door, only: []string{}},
	{pkg: "testkit/*", floor: door, free: true},
	{pkg: "access", floor: door, free: true},
	{pkg: "/stories", floor: door, free: true},
	{pkg: "archtest", floor: door, only: []string{}},
}
