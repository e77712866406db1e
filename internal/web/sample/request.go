package sample

import (
	"tuoxing/internal/date"
	"tuoxing/internal/web/page/request"
	"tuoxing/internal/web/page/worker"
	"tuoxing/internal/web/part"
)

func (m maker) requestLine(kind string, state part.Tone, word, left string, late bool) request.Line {
	return request.Line{Href: "/workers/1/requests/5", Name: "张三", Kind: m.base.T("registry.request_kind_" + kind), ReceivedOn: date.Of(2023, 4, 7), DueOn: date.Of(2023, 4, 27),
		State: state, StateWord: m.base.T("registry.request_" + word), Left: left, Late: late}
}

func (m maker) request(kind string) request.Page {
	b := m.at("/workers/1/requests/5")
	return request.Page{Base: b, Line: m.requestLine(kind, part.Info, "open", b.T("web_request.left", 9), false), Worker: "1", Action: "/workers/1/requests/5", CanRefuse: true,
		Text:  m.w("出生年月应为 1985 年 4 月", "The birth month should be April 1985"),
		Facts: []part.Pair{{Label: b.T("web_request.received"), Value: b.Day(date.Of(2023, 4, 7))}, {Label: b.T("web_request.due"), Value: b.Day(date.Of(2023, 4, 27))}, {Label: b.T("web_request.registered"), Value: b.Time(sealed) + " · " + "李四"}}}
}

func (m maker) requests() []Sample {
	b := m.at("/requests")
	list := request.ListPage{Base: b, All: true, Open: 2, Overdue: 1, Pager: part.Pager{From: 1, To: 4, Total: 4}, Rows: []request.Line{
		m.requestLine("erase", part.Info, "open", b.T("web_request.overdue"), true), m.requestLine("copy", part.Info, "open", b.T("web_request.left", 9), false),
		m.requestLine("correct", part.Good, "done", "", false), m.requestLine("erase", part.Plain, "refused", "", false)}}
	form := request.NewPage{Base: m.at("/workers/1/requests/new"), Worker: "1", Name: "张三", On: "2023-04-07", Today: "2023-04-10", Days: 15}
	bad := form
	bad.Kind, bad.Problems = "correct", []part.Problem{{Name: "text", Text: b.T("registry.request_text_needed")}}
	correct, give, erase, done, gone := m.request("correct"), m.request("copy"), m.request("erase"), m.request("correct"), m.request("erase")
	correct.Correction, correct.CanFinish, correct.Act, correct.Problems = true, true, "done", []part.Problem{{Name: "done-answer", Text: b.T("registry.request_answer_needed")}}
	give.CanCopy, give.CanFinish, give.Text = true, true, ""
	give.Facts = append(give.Facts, part.Pair{Label: b.T("web_request.copied"), Value: b.Time(sealed)})
	erase.Erase, erase.Text = "/workers/1/erase", m.w("已离开本市，不再需要这份档案", "Has left the city and needs the file no more")
	done.Line, done.CanRefuse, done.Answer, done.Import = m.requestLine("correct", part.Good, "done", "", false), false, m.w("出生年月已更正", "The birth month is corrected"), "/imports/7"
	gone.Line, gone.CanRefuse, gone.Erased = m.requestLine("erase", part.Good, "done", "", false), false, true
	gone.Text = ""
	gone.Name = b.T("web_worker.erased")
	none := m.request("erase")
	none.CanRefuse, none.NeedsErasing, none.Text, none.Facts = false, true, "", nil
	file := m.worker()
	file.NewRequest = "/workers/1/requests/new"
	for _, l := range list.Rows {
		file.Requests = append(file.Requests, worker.RequestLine{Href: l.Href, Kind: l.Kind, StateWord: l.StateWord, Left: l.Left, DueOn: l.DueOn, State: l.State, Late: l.Late})
	}
	return []Sample{
		{"requests", "requests", request.List(list)}, {"requests-empty", "requests, none", request.List(request.ListPage{Base: b})},
		{"request-new", "form of a request", request.New(form)}, {"request-new-bad", "form of a request, refused", request.New(bad)},
		{"request-correct", "request for a correction", request.Show(correct)}, {"request-copy", "request for a copy", request.Show(give)}, {"request-erase", "request for an erasure", request.Show(erase)},
		{"request-done", "request, done", request.Show(done)}, {"request-gone", "request of an erased person", request.Show(gone)}, {"request-empty", "request that another decides", request.Show(none)},
		{"worker-requests", "worker file with requests", worker.Show(file)},
	}
}
