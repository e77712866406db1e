package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/api"
	"tuoxing/internal/intake"
	"tuoxing/internal/testkit/world"
)

// kit is a world whose API is mounted by the test itself, with acts done at once.
type kit struct {
	*world.World
	api *api.Server
}

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{World: world.New(t)}
	k.api = &api.Server{DB: k.DB, Accounts: k.Accounts, Figures: k.Figures, Registry: k.Registry, Filings: k.Filings, Intake: k.Intake, Org: k.Org, Export: k.Export, Log: k.Log, Now: k.DB.Now,
		Demo: true, MaxUpload: 1 << 20, Cookie: world.SessionCookie, Viewer: k.Viewer, Run: k.run}
	mux := http.NewServeMux()
	k.api.Mount(mux)
	k.Handler = newContract(t, k.api.OpenAPI(), mux)
	return k
}

// run does at once what app puts into its queue.
func (k *kit) run(ctx context.Context, who account.Actor, id intake.ImportID, act, why string) error {
	v, err := k.Viewer(ctx, who)
	if err != nil {
		return err
	}
	switch act {
	case "stage":
		_, err = k.Intake.Stage(ctx, v, id)
	case "try":
		_, err = k.Intake.DryRun(ctx, v, id)
	case "apply":
		_, err = k.Intake.Apply(ctx, v, id)
	case "undo":
		_, err = k.Intake.Undo(ctx, v, id, why)
	case "try_undo":
		_, err = k.Intake.TryUndo(ctx, v, id)
	default:
		err = fmt.Errorf("act %q", act)
	}
	return err
}

// want checks the status and gives the body.
func want(t *testing.T, a *world.Answer, status int) map[string]any {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %.600s", a.Status, status, a.Body)
	}
	if len(a.Body) == 0 {
		return nil
	}
	var out map[string]any
	if err := json.Unmarshal(a.Body, &out); err != nil {
		t.Fatalf("%v: %.300s", err, a.Body)
	}
	return out
}
