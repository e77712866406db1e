package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/registry"
	"tuoxing/internal/web"
)

// desk is a city officer's browser at a server that runs in this process: what is measured goes over HTTP and
// through session, right, scope, log and template, and its client takes a part of the same processors.
type desk struct {
	base   string
	token  string
	client *http.Client
}

// The first user of the bench's own installation, which is removed.
const benchLogin, benchPassword = "bench", "7 planks and no Nails"

// served runs fn with a server over an installation.
func (in installation) served(ctx context.Context, fn func(a *app.App, d *desk) error) error {
	return in.with(ctx, false, func(a *app.App) (err error) {
		defer app.CollectLess()()
		h, stop, err := a.Start(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stop()) }()
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
		closed := make(chan error, 1)
		go func() { closed <- server.Serve(listener) }()
		defer func() {
			err = errors.Join(err, server.Close())
			if e := <-closed; !errors.Is(e, http.ErrServerClosed) {
				err = errors.Join(err, e)
			}
		}()
		d := &desk{base: "http://" + listener.Addr().String()}
		if err := d.enter(ctx, a); err != nil {
			return fmt.Errorf("log in: %w", err)
		}
		defer d.client.CloseIdleConnections()
		return fn(a, d)
	})
}

func (d *desk) enter(ctx context.Context, a *app.App) error {
	token, _, err := a.Accounts.Login(ctx, benchLogin, benchPassword, "127.0.0.1")
	if err != nil { // the first time
		err = a.DB.WriteTx(ctx, func(tx *db.Tx) error {
			_, err := a.Accounts.CreateFirst(ctx, tx, benchLogin, benchPassword)
			return err
		})
		if err != nil {
			return err
		}
		if token, _, err = a.Accounts.Login(ctx, benchLogin, benchPassword, "127.0.0.1"); err != nil {
			return err
		}
	}
	d.token = token
	d.client = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: clients, MaxConnsPerHost: clients},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return nil
}

// ask sends a request and reads the whole answer, which must be of a status and hold a text.
func (d *desk) ask(ctx context.Context, path string, form url.Values, status int, holds string) error {
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, d.base+path, body)
	if err != nil {
		return err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: web.SessionCookie, Value: d.token})
	answer, err := d.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var text bytes.Buffer
	text.Grow(max(int(answer.ContentLength), 0) + bytes.MinRead)
	if _, err := text.ReadFrom(answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != status || !bytes.Contains(text.Bytes(), []byte(holds)) {
		return fmt.Errorf("%s answers %d, %d bytes", path, answer.StatusCode, text.Len())
	}
	return nil
}

// lists asks the page of people by ID number, by filters with an order and a total, and by a part of a name.
func (r *run) lists(ctx context.Context, in installation) (l Line, err error) {
	err = in.served(ctx, func(a *app.App, d *desk) error {
		asks := 0
		questions := []func() error{
			func() error {
				return d.ask(ctx, "/workers", url.Values{"q": {person(4711 % r.Workers)[3]}}, http.StatusSeeOther, "")
			},
			func() error { asks++; return d.ask(ctx, someList(asks, false), nil, http.StatusOK, "<tbody>") },
			func() error { asks++; return d.ask(ctx, someList(asks, true), nil, http.StatusOK, "</html>") },
		}
		if err := questions[1](); err != nil { // the roll is read at the first question, as the columns are
			return err
		}
		var took []string
		var all time.Duration
		m, err := r.measured(List, func() error {
			for _, ask := range questions {
				one, err := p50(ask)
				if err != nil {
					return err
				}
				took, all = append(took, seconds(one)), all+one
			}
			return nil
		})
		w := r.Words
		l = Line{Job: w.T("bench.job_list"), Took: strings.Join(took, " / "), Speed: w.T("bench.pages_per_second", w.Int(perSecond(int64(len(questions)), all))),
			Peak: megabytes(m.peak), Must: "0.5 / 4 / 15 ms", Want: "0.2 / 1 / 3 ms"}
		return err
	})
	return l, err
}

// nameParts are what is searched for.
var nameParts = []string{"fang", "li", "wei", "chen", "zhang", "jun", "hua", "ying"}

// someList is one of the lists by district and order, and by a part of a name if wanted; another each time, for what
// was asked of a state of the roll is remembered.
func someList(n int, named bool) string {
	orders := []string{"name", "-name", "age", "-age", "rank", "-rank", ""}
	path := fmt.Sprintf("/workers?district=%s&sort=%s", codes[n%len(codes)], orders[n/len(codes)%len(orders)])
	if named {
		path += "&q=" + nameParts[n%len(nameParts)]
	}
	return path
}

// clients is how many ask at the same time, and cityAsks how long they do in a city of CityWorkers; less in a
// smaller one.
const (
	clients  = 32
	cityAsks = 10 * time.Second
)

// mixed lets many clients read what a desk reads in a day: the home page, figures and cross tables, openings, lists
// and files.
func (r *run) mixed(ctx context.Context, in installation) (l Line, err error) {
	err = in.served(ctx, func(a *app.App, d *desk) error {
		paths, err := r.dayPaths(ctx, a)
		if err != nil {
			return err
		}
		for _, some := range paths {
			if err := d.ask(ctx, some[0], nil, http.StatusOK, "</html>"); err != nil {
				return err
			}
		}
		var took []time.Duration
		m, err := r.measured(Mixed, func() error {
			took, err = d.together(ctx, paths, cityAsks*time.Duration(r.Workers)/CityWorkers)
			return err
		})
		if err != nil {
			return err
		}
		slices.Sort(took)
		w, n := r.Words, int64(len(took))
		l = Line{Job: w.T("bench.job_mixed", clients), Took: w.T("bench.middle_and_99", seconds(middle(took)), seconds(took[len(took)*99/100])),
			Speed: w.T("bench.pages_per_second", w.Int(perSecond(n, m.took))), Peak: megabytes(m.peak), Must: w.T("bench.goal_mixed", "1,500", "150 ms"), Want: w.T("bench.goal_mixed", "5,000", "30 ms")}
		return nil
	})
	return l, err
}

// dayPaths are the addresses that are asked, by what is asked; what is asked more often stands there more than once.
// Each is asked of many people, districts, names, days and pages.
func (r *run) dayPaths(ctx context.Context, a *app.App) ([][]string, error) {
	people, _, err := a.Registry.List(ctx, account.Operator(), registry.Filter{Limit: 500})
	if err != nil {
		return nil, err
	}
	keys, err := pageKeys(ctx, a)
	if err != nil {
		return nil, err
	}
	var figures, districts, crosses, openings, lists, ordered, names, files []string
	for back := range 10 {
		on := "?on=" + (asOf - date.Day(30*back)).String()
		figures = append(figures, "/figures/employees"+on)
		districts = append(districts, "/figures/employees"+on+"&by=district")
		crosses = append(crosses, "/figures/employees"+on+"&by=district&by=sex")
	}
	for _, key := range keys {
		openings = append(openings, fmt.Sprintf("/figures/employees/rows?on=%s&after=%d", asOf, key))
	}
	for _, code := range codes {
		lists = append(lists, "/workers?district="+code)
		for _, order := range []string{"name", "-name", "age", "-age"} {
			ordered = append(ordered, "/workers?district="+code+"&sort="+order)
		}
	}
	for _, part := range nameParts {
		names = append(names, "/workers?q="+part)
	}
	for _, p := range people {
		files = append(files, "/workers/"+p.ID.String())
	}
	return [][]string{{"/"}, {"/figures"}, figures, districts, crosses, {"/workers"}, lists, ordered, {"/workers?sort=-age"}, names,
		openings, openings, openings, files, files, files, files, files, files, files}, nil
}

// together asks the paths in many orders at once, and gives how long each answer took.
func (d *desk) together(ctx context.Context, paths [][]string, span time.Duration) ([]time.Duration, error) {
	took, errs := make([][]time.Duration, clients), make([]error, clients)
	all := stopwatch()
	var asking sync.WaitGroup
	for c := range clients {
		asking.Go(func() {
			draw := rand.New(rand.NewPCG(1, uint64(c)))
			for errs[c] == nil && all() < span {
				one := stopwatch()
				some := paths[draw.IntN(len(paths))]
				errs[c] = d.ask(ctx, some[draw.IntN(len(some))], nil, http.StatusOK, "</html>")
				took[c] = append(took[c], one())
			}
		})
	}
	asking.Wait()
	return slices.Concat(took...), errors.Join(errs...)
}
