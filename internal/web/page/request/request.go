// Package request is the pages of what people ask about their own data (个人信息申请: 查阅复制, 更正, 注销): the list with days
// left, the form that registers one, and one request with its answer.
//
// What was asked stands on the page of the request alone: opening it is logged.
package request

import (
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// ListPage is the list of requests.
type ListPage struct {
	part.Base
	All           bool // also those that are answered
	Open, Overdue int
	Rows          []Line
	Pager         part.Pager
}

// Line is one request.
type Line struct {
	Href, Name, Kind  string
	ReceivedOn, DueOn date.Day
	State             part.Tone
	StateWord         string
	Left              string // days left, or that it is overdue; empty: answered
	Late              bool
}

// NewPage is the form that registers a request.
type NewPage struct {
	part.Base
	Worker, Name string
	Kind         string // as chosen
	On, Today    string
	Text         string
	Opinions     bool // the reader may take down a complaint
	Days         int  // within how many working days it has to be answered
	Problems     []part.Problem
}

// Page is one request.
type Page struct {
	part.Base
	Line
	Worker       string // id of the file
	Action       string // address of the request
	Text, Answer string
	Facts        []part.Pair
	Erased       bool
	CopiedAt     time.Time
	Import       string // address of the file that brought the correction
	Erase        string // address of the erasure, for who may
	CanCopy      bool
	CanFinish    bool
	Correction   bool // done only with words
	CanRefuse    bool
	Act          string // the form that came back with mistakes: done, refused
	Typed        string
	Problems     []part.Problem
	NeedsErasing bool // is a request for an erasure, which the reader may not do
}
