package stories_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tuoxing/internal/date"
)

// day: day NAME N keeps the day in China N days from now as $NAME: for what must lie in the future.
func day(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: day NAME DAYS")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Setenv(args[0], (date.On(time.Now()) + date.Day(n)).String())
}

// site: site starts the story's server on a port of its own and waits until it is ready. It ends with the story.
func site(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: site")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	addr := free.Addr().String()
	ts.Check(free.Close())
	cmd := exec.Command(filepath.Join(builtIn, "tuoxing"), "serve", "--addr", addr)
	cmd.Dir = ts.Getenv("WORK")
	cmd.Env = append(os.Environ(), "TUOXING_DB="+ts.Getenv("DB"))
	var said bytes.Buffer
	cmd.Stderr = &said
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended by itself
		_ = cmd.Wait()
	})
	ts.Setenv("SITE", "http://"+addr)
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if answer, err := client.Get("http://" + addr + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(end) {
			ts.Fatalf("the server is not ready: %s", said.String())
		}
	}
}

var client = &http.Client{Timeout: 30 * time.Second}

// api: api STATUS METHOD PATH [BODY] asks the server as whom $TOKEN says; the answer is kept in the file "answer". BODY is
// JSON, or @FILE NAME=VALUE … for a form with a file.
func api(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: api STATUS METHOD PATH [BODY]")
	}
	body, kind := io.Reader(http.NoBody), "application/json"
	if len(args) > 3 {
		body = strings.NewReader(args[3])
		if file, ok := strings.CutPrefix(args[3], "@"); ok {
			body, kind = form(ts, file, args[4:])
		}
	}
	r, err := http.NewRequest(args[1], ts.Getenv("SITE")+"/api/v1"+args[2], body)
	ts.Check(err)
	r.Header.Set("Content-Type", kind)
	if token := ts.Getenv("TOKEN"); token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("answer"), text, 0o600))
	if strconv.Itoa(answer.StatusCode) != args[0] {
		ts.Fatalf("%s %s: status %d, want %s\n%s", args[1], args[2], answer.StatusCode, args[0], text)
	}
}

func form(ts *testscript.TestScript, file string, fields []string) (io.Reader, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		ts.Check(w.WriteField(name, value))
	}
	part, err := w.CreateFormFile("file", file)
	ts.Check(err)
	_, err = io.WriteString(part, ts.ReadFile(file))
	ts.Check(err)
	ts.Check(w.Close())
	return &b, w.FormDataContentType()
}

// until: until PATH NAME VALUE asks the server again and again until the answer has this value: for work in the background.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: until PATH NAME VALUE")
	}
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		api(ts, false, []string{"200", http.MethodGet, args[0]})
		var doc map[string]json.RawMessage
		ts.Check(json.Unmarshal([]byte(ts.ReadFile("answer")), &doc))
		if got := strings.Trim(string(doc[args[1]]), `"`); got == args[2] && doc["running"] == nil {
			return
		} else if time.Now().After(end) {
			ts.Fatalf("%s: %s is %s, want %s", args[0], args[1], got, args[2])
		}
	}
}
