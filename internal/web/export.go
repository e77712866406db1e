package web

import (
	"io"
	"mime"
	"net/http"

	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/intake"
	"tuoxing/internal/listing"
)

// outgoing is a file on its way out. Nothing of the answer is written before open is called: until then
// an error page is possible, and after it a mistake can only be told by hanging up, so that nobody
// takes half a file for the whole.
type outgoing struct {
	w    http.ResponseWriter
	seen *visit // keeps the cause of a broken file for the log
	out  bool
}

func (o *outgoing) open(name, mediaType string) (io.Writer, error) {
	h := o.w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	o.out = true
	return o.w, nil
}

// end tells an error in the way that is still open.
func (o *outgoing) end(err error) error {
	if err != nil && o.out {
		o.seen.cause = err
		_ = http.NewResponseController(o.w).Flush() // the words that the file is not whole; a receiver who is gone needs none
		panic(http.ErrAbortHandler)
	}
	return err
}

// send gives a list out.
func (s *Server) send(w http.ResponseWriter, r *http.Request, req export.Request) error {
	o := &outgoing{w: w, seen: visitOf(r)}
	_, err := s.Export.Write(r.Context(), visitOf(r).actor, s.base(r).Printer, req, o.open)
	return o.end(err)
}

// file names a file that is not a list of the export: with its day, and the mark of a made-up city.
func (s *Server) file(title string, form listing.Format) string {
	name := title + "_" + date.On(s.Now()).String() + "." + string(form)
	if s.Demo {
		name = "演示数据_" + name
	}
	return export.FileName(name)
}

// getWorkersFile gives the list of people out, its filters being those of the page.
func (s *Server) getWorkersFile(form listing.Format) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, _, err := filterOf(r.URL.Query())
		if err != nil {
			return err
		}
		return s.send(w, r, export.Request{List: export.Workers, Format: form, Workers: f, Numbers: export.Numbers(r.URL.Query().Get("numbers"))})
	}
}

// getRowsFile gives the rows behind a figure out.
func (s *Server) getRowsFile(form listing.Format) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		q, err := s.askedOf(r)
		if err != nil {
			return err
		}
		return s.send(w, r, export.Request{List: export.Rows, Format: form, Figure: q.cut().request(r.PathValue("name"))})
	}
}

// getImportsFile gives the list of imports out.
func (s *Server) getImportsFile(form listing.Format) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		q := r.URL.Query()
		return s.send(w, r, export.Request{List: export.Imports, Format: form, Imports: intake.Filter{Kind: q.Get("kind"), State: intake.State(q.Get("state"))}})
	}
}

// getLeaversFile gives the proposed leavers of an import out.
func (s *Server) getLeaversFile(form listing.Format) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		var id intake.ImportID
		if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
			return err
		}
		return s.send(w, r, export.Request{List: export.Leavers, Format: form, Import: id})
	}
}

// getBlocksFile gives the list of blocks out.
func (s *Server) getBlocksFile(form listing.Format) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		return s.send(w, r, export.Request{List: export.Blocks, Format: form})
	}
}
