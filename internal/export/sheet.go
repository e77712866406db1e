package export

import (
	"context"
	"fmt"
	"io"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/locale"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

// SheetRequest asks for a sheet filled with what is on file (预填表).
type SheetRequest struct {
	Kind   string     // as of imports: organisations, roster, certificates
	Unit   org.UnitID // whose list it is; 0 = all that the reader sees
	On     date.Day   // the day as of which it is filled and will be true when it comes back; 0 = today
	Format listing.Format
}

// Sheet gives a pre-filled sheet out; its rows are told when it is whole. Above the table stands the day, so that
// the file can be sent back as it is; nothing known gives a sheet with headings alone. It has no row
// of totals: people write below the last row. open is called as by Write.
func (s *Service) Sheet(ctx context.Context, who account.Actor, p locale.Printer, req SheetRequest, open func(name, mediaType string) (io.Writer, error)) (rows int64, err error) {
	target := s.Intake.Targets[req.Kind]
	if target == nil {
		return 0, fault.New(fault.Invalid, "registry.not_prefilled", req.Kind)
	}
	if req.Format != listing.CSV && req.Format != listing.XLSX {
		return 0, fault.New(fault.Invalid, "listing.format_unknown", string(req.Format))
	}
	today := date.On(s.DB.Now())
	if req.On == 0 {
		req.On = today
	}
	if req.On > today {
		return 0, fault.New(fault.Invalid, "intake.date_future", req.On.String())
	}
	release, err := s.turn()
	if err != nil {
		return 0, err
	}
	defer release()
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		tree, err := s.Org.Tree(ctx, tx)
		if err != nil {
			return err
		}
		filled, err := s.Registry.Prefill(ctx, tx, who, target, req.Unit, req.On)
		if err != nil {
			return err
		}
		unit := p.T("export.whole_city")
		if filled.Unit != 0 {
			unit = tree.Name(filled.Unit, req.On)
		}
		head := s.sheetHead(p, req, filled, unit)
		w, err := open(FileName(head.Title+"_"+req.On.String()+"."+string(req.Format)), req.Format.MediaType())
		if err != nil {
			return err
		}
		out, err := listing.New(w, req.Format, head)
		if err != nil {
			return err
		}
		line, watch := make([]any, len(filled.Columns)), s.watch(ctx, who, "sheet."+req.Kind)
		err = filled.Each(ctx, func(cells []string) error {
			if err := watch.next(out.Rows()); err != nil {
				return err
			}
			for i, text := range cells {
				if line[i] = text; text == "" {
					line[i] = nil
				}
			}
			return out.Add(line...)
		})
		if err == nil {
			err = watch.ask(out.Rows())
		}
		if err != nil {
			out.Break(p.T("export.broken"))
			return err
		}
		rows = out.Rows()
		_, err = out.End()
		return err
	})
	return rows, err
}

// sheetHead is what stands above and beside the rows of a sheet. Headings and day are Chinese in either language: by
// them the sheet is read when it comes back.
func (s *Service) sheetHead(p locale.Printer, req SheetRequest, filled *registry.Prefilled, unit string) listing.Head {
	y, m, d := req.On.YMD()
	head := listing.Head{Title: unit + " " + p.T("export.kind_"+req.Kind), Sheet: p.T("export.kind_" + req.Kind), NotesOn: p.T("export.sheet_notes"),
		Above: []string{fmt.Sprintf("截至%d年%d月%d日", y, m, d), p.T("export.sheet_above")}}
	if s.Demo != nil && s.Demo() {
		head.Above = append(head.Above, DemoMark)
	}
	head.Notes = []string{p.T("export.sheet_notes"), p.T("export.sheet_note_change"), p.T("export.sheet_note_new"), p.T("export.sheet_note_gone"), p.T("export.sheet_note_day"), p.T("export.sheet_note_elsewhere")}
	for _, c := range filled.Columns {
		col := listing.Column{Title: c.Title, Choices: c.Choices}
		if c.Code {
			col.Kind = listing.Code
		}
		head.Columns = append(head.Columns, col)
		say := p.T("export.sheet_optional", c.Title)
		if c.Required {
			say = p.T("export.sheet_required", c.Title)
		}
		if len(c.Choices) > 0 {
			say += p.T("export.sheet_choices", strings.Join(c.Choices, " / "))
		}
		head.Notes = append(head.Notes, say)
	}
	return head
}
