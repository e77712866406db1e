package web

import (
	"net/http"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/registry"
	"tuoxing/internal/web/part"
)

// postListColumns remembers which columns of a list the reader wants to see, and goes back to the list.
func (s *Server) postListColumns(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	of, err := registry.ColumnsNamed(visitOf(r).actor, r.PathValue("list"))
	if err != nil {
		return err
	}
	names := r.PostForm["column"]
	if r.PostForm.Get("usual") != "" {
		names = nil
	}
	if err := s.Accounts.ChooseColumns(r.Context(), visitOf(r).actor, of, names); err != nil {
		return err
	}
	http.Redirect(w, r, localPath(r.PostFormValue("back")), http.StatusSeeOther)
	return nil
}

// columnsOf are the headings of a list as the reader chose them, and the choice.
func (s *Server) columnsOf(r *http.Request, b part.Base, of account.ColumnsOf) ([]part.Column, part.Picker, error) {
	shown, err := s.Accounts.Columns(r.Context(), visitOf(r).actor, of)
	return part.Headings(b, shown), part.PickerOf(b, of.List, of.All, shown), err
}

// ordering gives for each heading the order of its name, empty for one that orders nothing.
func ordering(cols []part.Column, orders ...string) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		if slices.Contains(orders, c.Name) {
			out[i] = c.Name
		}
	}
	return out
}
