package registry

import (
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
)

// The lists whose columns a user chooses.
var (
	WorkerColumns = account.ColumnsOf{List: "workers", Right: account.WorkerRead, All: listing.Choices{
		{Name: "name", Key: "web.person", Usual: true}, {Name: "sex", Key: "web.sex", Usual: true}, {Name: "age", Key: "web.age", Usual: true, Num: true},
		{Name: "birth", Key: "registry.column_birth"}, {Name: "employer", Key: "web.employer", Usual: true}, {Name: "unit", Key: "registry.column_unit"}, {Name: "district", Key: "web.district", Usual: true},
		{Name: "rank", Key: "web.rank", Usual: true}, {Name: "rank_now", Key: "registry.column_rank_now"}, {Name: "class", Key: "web.class", Usual: true},
	}}
	CertificateColumns = account.ColumnsOf{List: "certificates", Right: account.WorkerRead, All: listing.Choices{
		{Name: "name", Key: "web_certificate.holder", Usual: true}, {Name: "occupation", Key: "web_worker.occupation", Usual: true}, {Name: "number", Key: "web_worker.paper_number"}, {Name: "rank", Key: "web.rank", Usual: true},
		{Name: "form", Key: "web_certificate.form", Usual: true}, {Name: "issued", Key: "web_worker.issued", Usual: true}, {Name: "expires", Key: "web_worker.expires"}, {Name: "revoked", Key: "web_worker.revoked_on"},
		{Name: "state", Key: "web.state", Usual: true}, {Name: "employer", Key: "web.employer", Usual: true}, {Name: "district", Key: "web.district", Usual: true}, {Name: "listed_in", Key: "registry.column_listed_in"},
	}}
	UnitColumns = account.ColumnsOf{List: "organisations", Right: account.OrgRead, All: listing.Choices{
		{Name: "name", Key: "web_organisation.unit", Usual: true}, {Name: "code", Key: "web_organisation.code", Usual: true}, {Name: "kind", Key: "web_organisation.kind", Usual: true}, {Name: "parent", Key: "web_organisation.parent"},
		{Name: "district", Key: "web.district", Usual: true}, {Name: "industry", Key: "web_organisation.section", Usual: true}, {Name: "class", Key: "web_organisation.industry"}, {Name: "ownership", Key: "web_organisation.ownership"},
		{Name: "size", Key: "web_organisation.size", Usual: true}, {Name: "below", Key: "web_organisation.below", Usual: true, Num: true}, {Name: "people", Key: "web_organisation.people", Usual: true, Num: true},
	}}
)

// ColumnsNamed finds a list whose columns can be chosen. NotFound names those that there are, to who sees any list.
func ColumnsNamed(who account.Actor, list string) (account.ColumnsOf, error) {
	all := []account.ColumnsOf{WorkerColumns, CertificateColumns, UnitColumns}
	i := slices.IndexFunc(all, func(of account.ColumnsOf) bool { return of.List == list })
	if err := who.Must(account.OrgRead); i < 0 && err != nil {
		return account.ColumnsOf{}, err
	}
	if i < 0 {
		return account.ColumnsOf{}, fault.New(fault.NotFound, "listing.list_unknown", list, "workers、certificates、organisations")
	}
	return all[i], nil
}
