// Package sample holds made-up props for every page, filled and empty, in both languages.
//
// The gallery serves them and the tests render them, so that a page can be looked at and
// translated without a database. Nobody in it exists: names are the usual 张三 and 李四, ID
// numbers carry the never-issued region 329901. It must not be used by a real page.
package sample

import (
	"time"

	"github.com/a-h/templ"

	"tuoxing/internal/date"
	"tuoxing/internal/locale"
	"tuoxing/internal/web/page/block"
	"tuoxing/internal/web/part"
)

// Sample is one page of the gallery.
type Sample struct {
	Path  string // under the gallery's language folder: figure/rows
	Title string
	Page  templ.Component
}

// maker makes the samples of one language.
type maker struct {
	lang locale.Lang
	base part.Base
}

// Pages gives every page with sample data in one language.
func Pages(lang locale.Lang) []Sample { return Themed(lang, "") }

// Themed is Pages in light or dark; empty leaves it to the device.
func Themed(lang locale.Lang, theme string) []Sample {
	m := maker{lang: lang, base: Base(lang, "/")}
	m.base.Theme = theme
	var all []Sample
	all = append(all, m.home()...)
	all = append(all, m.figures()...)
	all = append(all, m.workers()...)
	all = append(all, m.certificates()...)
	all = append(all, m.organisations()...)
	all = append(all, m.conflicts()...)
	all = append(all, m.chosen()...)
	all = append(all, m.duplicates()...)
	all = append(all, m.imports()...)
	all = append(all, m.mapped()...)
	all = append(all, m.filings()...)
	all = append(all, m.accounts()...)
	all = append(all, m.users()...)
	all = append(all, m.audits()...)
	all = append(all, m.blocks()...)
	all = append(all, m.purposes()...)
	all = append(all, m.requests()...)
	all = append(all, m.own()...)
	all = append(all, m.references()...)
	all = append(all, m.doors()...)
	return all
}

// Base is the request of a city administrator of a demonstration.
func Base(lang locale.Lang, path string) part.Base {
	w := words(lang)
	return part.Base{
		Printer: locale.New(lang), Path: path, Demo: true, Search: true, RequestID: "7f3a-0c21",
		Actor: part.Actor{Name: w("张三", "Zhang San"), Role: w("市总业务管理员", "city administrator"), Unit: w("示例市总工会", "City Federation")},
		Nav: []part.NavItem{
			{Key: "web.nav_home", Icon: "home", Href: "/"}, {Key: "web.nav_figures", Icon: "chart-bar", Href: "/figures"},
			{Key: "web.nav_workers", Icon: "users", Href: "/workers"}, {Key: "web.nav_certificates", Icon: "certificate", Href: "/certificates"}, {Key: "web.nav_imports", Icon: "file-import", Href: "/imports"},
			{Key: "web.nav_organisations", Icon: "building", Href: "/organisations"},
			{Key: "web.nav_conflicts", Icon: "alert-triangle", Href: "/conflicts"},
			{Key: "web.nav_filings", Icon: "upload", Href: "/filings"},
			{Key: "web_request.nav", Icon: "clock", Href: "/requests"},
			{Key: "web.nav_blocks", Icon: "stack-2", Href: "/blocks"}, {Key: "web.nav_users", Icon: "user", Href: "/users"},
		},
		Roles: []part.RoleChoice{{Login: "city", Label: w("市总", "City"), Full: w("市总业务管理员", "city administrator"), Now: true}, {Login: "danyang", Label: w("辖市区", "District"), Full: w("辖市（区）总工会", "district union")}, {Login: "auditor", Label: w("审计", "Auditor"), Full: w("经审/审计", "auditor")}},
	}
}

func words(lang locale.Lang) func(zh, en string) string {
	return func(zh, en string) string {
		if lang == locale.EN {
			return en
		}
		return zh
	}
}

// w gives the words of the sample's language.
func (m maker) w(zh, en string) string { return words(m.lang)(zh, en) }

// at is the same request on another path.
func (m maker) at(path string) part.Base {
	b := m.base
	b.Path = path
	return b
}

var (
	asOf   = date.Of(2023, 3, 31)
	sealed = time.Date(2023, 4, 6, 1, 12, 0, 0, time.UTC)
)

const head = 14

// hash is the SHA-256 of nothing, as it is printed for a file.
const hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// blocks are the sealed blocks of the ledger.
func (m maker) blocks() []Sample {
	p := block.ListPage{Base: m.at("/blocks"), Head: head, HeadHash: hash, Pager: part.Pager{From: 1, To: 3, Total: head, Next: "/blocks?before=12"}}
	for i := range int64(3) {
		p.Rows = append(p.Rows, block.Row{
			Number: head - i, At: sealed, By: "李四", Facts: 7040 + i, Hash: hash, Before: hash, Figures: "/figures?block=14",
			Sums: []block.Sum{{Kind: m.base.T("web_block.kind_worker"), Facts: 7040, Quantity: 7038}},
		})
	}
	return []Sample{{"blocks", "blocks", block.List(p)}, {"blocks-empty", "blocks, empty", block.List(block.ListPage{Base: m.at("/blocks")})}}
}

func people(n string) part.Quantity { return part.Quantity{Value: n, Unit: part.Person} }
