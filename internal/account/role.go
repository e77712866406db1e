// Package account holds users (账号), their roles (角色), their scope and their sessions.
//
// Words. A right is one thing a role may do. A role is a row of a table of rights. A user has one
// role and is bound to one unit; the scope is that unit's subtree as it is today, found anew at
// each request, so that a role taken away or a unit moved acts at once. An Actor is a user who is
// logged in; every verb of every module asks Actor.Must before it does anything and compares with
// Actor.Scope in its query.
//
// Duties are apart (三员分立, GB/T 22239-2019): who manages users sees no people, who reads the
// audit log manages nobody, and who works with people reads no log.
//
// A worker (职工) may have an account too, which has no name and no unit: whose file it opens, the registry alone knows.
//
// The package must not hold anything about workers, who are the registry's, nor put a password, token or
// name into errors, logs or the audit log.
package account

import (
	"slices"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// Right is one thing that a role may do.
type Right string

// The rights.
const (
	FigureRead   Right = "figure.read"
	WorkerRead   Right = "worker.read"
	WorkerReveal Right = "worker.reveal" // see masked ID numbers and phones, each look being logged
	WorkerExport Right = "worker.export"
	WorkerErase  Right = "worker.erase" // destroy a person's key (注销), which nobody can take back
	WorkerMerge  Right = "worker.merge" // declare two files one person's, or take that back
	// CertificateRevoke is for those who see what it touches: the unions, never the firm.
	CertificateRevoke Right = "certificate.revoke" // declare a certificate revoked (撤销), or take that back
	RequestWrite      Right = "request.write"      // register what a person asks about the own data (查阅复制, 更正, 注销)
	RequestDecide     Right = "request.decide"     // give the copy, declare a request done, or refuse it
	// ConflictDecide is for those above the parties: a firm does not decide whose person somebody is.
	ConflictDecide Right = "conflict.decide" // say which of two statements about a person holds, or take that back
	ImportRead     Right = "import.read"
	ImportWrite    Right = "import.write"
	ImportUndo     Right = "import.undo"
	OrgRead        Right = "org.read"
	UserManage     Right = "user.manage"
	AuditRead      Right = "audit.read"
	BlockRead      Right = "block.read"
	FilingRead     Right = "filing.read"
	FilingCall     Right = "filing.call" // ask units for sheets, confirm what they send, send it back, give a later day
	FilingSend     Right = "filing.send" // be asked: send the sheet of the own unit, ask for a later day
	// WorkerInvite is for those who stand before the person: the union of the firm, and the district for firms without one.
	WorkerInvite Right = "worker.invite" // make activation slips (激活条) for people
	OwnFile      Right = "own.file"      // of a worker alone: read the own file, and ask about it
)

// Rights lists all rights.
var Rights = []Right{
	FigureRead, WorkerRead, WorkerReveal, WorkerExport, WorkerErase, WorkerMerge, CertificateRevoke, ConflictDecide, RequestWrite, RequestDecide, ImportRead, ImportWrite, ImportUndo, OrgRead, UserManage, AuditRead, BlockRead,
	FilingRead, FilingCall, FilingSend, WorkerInvite, OwnFile,
}

// Role is the name of a row of the role table. Its words are in the catalogues as account.role.<role>.
type Role string

// The roles.
const (
	City            Role = "city"             // 市总业务管理员
	District        Role = "district"         // 辖市(区)总工会
	Industry        Role = "industry"         // 产业工会
	EnterpriseUnion Role = "enterprise_union" // 基层工会
	EnterpriseHR    Role = "enterprise_hr"    // 企业经办
	Member          Role = "member"           // 成员单位
	School          Role = "school"           // 院校
	Auditor         Role = "auditor"          // 经审/审计, read-only
	SysAdmin        Role = "sysadmin"         // 系统管理员: users only
	SecAdmin        Role = "secadmin"         // 安全管理员: the audit log, until it has policies to set
	AuditAdmin      Role = "auditadmin"       // 审计管理员: the audit log only

	// Worker is who a file is about (职工). Nobody gives this role: it comes with activating a slip, is bound to no unit, and
	// what is theirs the registry says. So it stands in the table, and not in Roles.
	Worker Role = "worker"

	operator Role = "operator" // who runs the program on the server itself; no user can have it
)

// Roles lists the roles that a user can have, in the order in which people name them.
var Roles = []Role{City, District, Industry, EnterpriseUnion, EnterpriseHR, Member, School, Auditor, SysAdmin, SecAdmin, AuditAdmin}

// grant is one row of the role table.
type grant struct {
	rights []Right
	kinds  []org.Kind // the kinds of unit to which the role can be bound
	whole  bool       // can be bound to no unit: the whole installation
	gives  []Role     // the roles that it may give to others
}

// grants is the role table. Enterprises do not read blocks: their sums are over the whole city.
var grants = map[Role]grant{
	City: {
		rights: []Right{FigureRead, WorkerRead, WorkerReveal, WorkerExport, WorkerErase, WorkerMerge, CertificateRevoke, ConflictDecide, RequestWrite, RequestDecide, ImportRead, ImportWrite, ImportUndo, OrgRead, UserManage, BlockRead, FilingRead, FilingCall},
		kinds:  []org.Kind{org.City}, whole: true, gives: Roles,
	},
	District: {
		rights: []Right{FigureRead, WorkerRead, WorkerReveal, WorkerExport, WorkerMerge, CertificateRevoke, ConflictDecide, RequestWrite, RequestDecide, ImportRead, ImportWrite, ImportUndo, OrgRead, BlockRead, FilingRead, FilingCall, FilingSend, WorkerInvite},
		kinds:  []org.Kind{org.District, org.Zone},
	},
	Industry: {
		rights: []Right{FigureRead, WorkerRead, WorkerReveal, WorkerExport, WorkerMerge, ConflictDecide, RequestWrite, RequestDecide, ImportRead, ImportWrite, ImportUndo, OrgRead, BlockRead, FilingRead, FilingCall, FilingSend},
		kinds:  []org.Kind{org.IndustryUnion},
	},
	EnterpriseUnion: {
		rights: []Right{FigureRead, WorkerRead, WorkerReveal, WorkerExport, RequestWrite, ImportRead, ImportWrite, ImportUndo, OrgRead, FilingRead, FilingSend, WorkerInvite},
		kinds:  []org.Kind{org.Enterprise},
	},
	EnterpriseHR: {
		rights: []Right{FigureRead, WorkerRead, WorkerReveal, WorkerExport, RequestWrite, ImportRead, ImportWrite, ImportUndo, OrgRead, FilingRead, FilingSend},
		kinds:  []org.Kind{org.Enterprise},
	},
	Member:  {rights: []Right{FigureRead, ImportRead, ImportWrite, ImportUndo, OrgRead, FilingRead, FilingSend}, kinds: []org.Kind{org.Member}},
	School:  {rights: []Right{FigureRead, WorkerRead, ImportRead, ImportWrite, ImportUndo, OrgRead, FilingRead, FilingSend}, kinds: []org.Kind{org.School}},
	Auditor: {rights: []Right{FigureRead, WorkerRead, ImportRead, OrgRead, BlockRead, FilingRead}, kinds: []org.Kind{org.City, org.District, org.Zone, org.IndustryUnion}, whole: true},
	SysAdmin: {
		rights: []Right{UserManage}, whole: true,
		gives: []Role{District, Industry, EnterpriseUnion, EnterpriseHR, Member, School, Auditor, SysAdmin},
	},
	SecAdmin:   {rights: []Right{AuditRead}, whole: true},
	AuditAdmin: {rights: []Right{AuditRead}, whole: true},
	Worker:     {rights: []Right{OwnFile}},
	operator:   {rights: Rights, gives: Roles},
}

// Known reports whether a user can have the role.
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// Key is the catalogue key of the role's name.
func (r Role) Key() string { return "account.role." + string(r) }

// Rights are the rights of the role, none for an unknown one.
func (r Role) Rights() []Right { return slices.Clone(grants[r].rights) }

// Has reports whether the role holds the right.
func (r Role) Has(right Right) bool { return slices.Contains(grants[r].rights, right) }

// Kinds are the kinds of unit to which the role can be bound; whole tells whether it can be bound
// to none, the whole installation.
func (r Role) Kinds() (kinds []org.Kind, whole bool) {
	return slices.Clone(grants[r].kinds), grants[r].whole
}

// Gives are the roles that a user of this role may give to others, in the order of Roles.
func (r Role) Gives() []Role { return slices.Clone(grants[r].gives) }

// TableRow is one row of the role table, to be read.
type TableRow struct {
	Role   Role
	Rights []Right
	Kinds  []org.Kind
	Whole  bool
	Gives  []Role
}

// Table is the role table, in the order in which people name the roles. It is no secret: who is logged in may read
// what each role may do.
func Table(who Actor) (rows []TableRow, err error) {
	if err := who.MustBeKnown(); err != nil {
		return nil, err
	}
	for _, r := range Roles {
		row := TableRow{Role: r, Rights: r.Rights(), Gives: r.Gives()}
		row.Kinds, row.Whole = r.Kinds()
		rows = append(rows, row)
	}
	return rows, nil
}

// Key is the catalogue key of the right's words.
func (r Right) Key() string { return "account.right." + string(r) }

// Actor is a user who is logged in, or the operator.
type Actor struct {
	UserID     int64 // 0: the operator
	Login      string
	Name       string
	Role       Role
	Scope      Scope
	MustChange bool    // the password was given by somebody else: nothing is allowed but changing it
	Token      int64   // the token (令牌) through which a program asks for the user; 0: the user
	Only       []Right // with a token: no more than these

	session []byte // key of the session that the user came with, for Still
}

// Has reports whether the actor holds the right at this moment: the role does, and the token too if there is one.
func (a Actor) Has(right Right) bool {
	return a.Role.Has(right) && (a.Token == 0 || slices.Contains(a.Only, right))
}

// Rights are the rights that the actor holds.
func (a Actor) Rights() []Right {
	return slices.DeleteFunc(a.Role.Rights(), func(r Right) bool { return !a.Has(r) })
}

// Scope is what an actor sees: everything, or the subtree of one unit. The zero Scope sees nothing.
type Scope struct {
	All    bool // the whole installation, people without an employer too
	Unit   org.UnitID
	Kind   org.Kind // of Unit, today
	Lo, Hi int64    // today's ordinal range of Unit: lo BETWEEN Lo AND Hi
}

// Has reports whether a unit with this lo (org.Tree.Range) lies in the scope.
func (s Scope) Has(lo int64) bool { return s.All || s.Lo <= lo && lo <= s.Hi && lo > 0 }

// Operator is who runs the program on the server: whoever can read the key file can do all.
func Operator() Actor { return Actor{Login: "operator", Role: operator, Scope: Scope{All: true}} }

// Must is nil when the actor holds the right, else a Forbidden fault; Unauthenticated for nobody.
func (a Actor) Must(right Right) error {
	if err := a.MustBeKnown(); err != nil {
		return err
	}
	switch {
	case !a.Role.Has(right):
		return fault.New(fault.Forbidden, "account.right_missing")
	case !a.Has(right):
		return fault.New(fault.Forbidden, "account.token_right_missing")
	}
	return nil
}

// MustBeThemself is nil for a user who is logged in, not for a program that brings a token: what gives further keys, or
// changes the password, is a person's to do.
func (a Actor) MustBeThemself() error {
	if err := a.MustBeKnown(); err != nil {
		return err
	}
	if a.Token != 0 {
		return fault.New(fault.Forbidden, "account.token_not_enough")
	}
	return nil
}

// MustBeKnown is nil for somebody who is logged in with a password of their own: for what needs no right.
func (a Actor) MustBeKnown() error {
	switch {
	case a.Role == "":
		return fault.New(fault.Unauthenticated, "account.session_ended")
	case a.MustChange:
		return fault.New(fault.Forbidden, "account.change_first")
	}
	return nil
}

// scopeOf finds what a role bound to a unit sees in today's tree. A unit that is gone, or has
// become of a kind to which the role cannot be bound, shows nothing. Who holds no right over
// business data sees none either way.
func scopeOf(t *org.Tree, role Role, unit org.UnitID, on date.Day) Scope {
	g := grants[role]
	if !role.Has(FigureRead) {
		return Scope{}
	}
	if unit == 0 {
		return Scope{All: g.whole}
	}
	st, ok := t.At(unit, on)
	if !ok || !slices.Contains(g.kinds, st.Kind) {
		return Scope{Unit: unit, Lo: -1, Hi: -2}
	}
	s := Scope{All: unit == t.Root(), Unit: unit, Kind: st.Kind}
	s.Lo, s.Hi = t.Range(unit)
	return s
}

// narrowed is the part of a scope below a unit in today's tree. A unit that is gone, or lies outside by now, shows nothing.
func narrowed(t *org.Tree, s Scope, unit org.UnitID, on date.Day) Scope {
	st, ok := t.At(unit, on)
	lo, hi := t.Range(unit)
	if !ok || !s.Has(lo) {
		return Scope{Unit: unit, Lo: -1, Hi: -2}
	}
	return Scope{All: s.All && unit == t.Root(), Unit: unit, Kind: st.Kind, Lo: lo, Hi: hi}
}
