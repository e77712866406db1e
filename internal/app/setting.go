package app

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
)

// The settings of an installation.
const (
	settingDemo   = "demo"         // "1": a made-up city
	settingOffset = "clock_offset" // nanoseconds between its clock and the real one

	settingWorker     = "demo_worker"      // login of the worker of a made-up city
	settingWorkerUnit = "demo_worker_unit" // name of that worker's employer
)

func (a *App) readSettings(ctx context.Context) error {
	return a.DB.ReadTx(ctx, func(tx *db.Tx) error {
		return tx.Query(ctx, `SELECT name, value FROM app_setting`, nil, func(row db.Scanner) error {
			var name, value string
			if err := row.Scan(&name, &value); err != nil {
				return err
			}
			switch name {
			case settingDemo:
				a.Demo = value == "1"
			case settingWorker:
				a.worker.Login, a.worker.Password, a.worker.Role = value, DemoPassword, account.Worker
			case settingWorkerUnit:
				a.worker.Unit = value
			case settingOffset:
				n, err := strconv.ParseInt(value, 10, 64)
				if err != nil {
					return fmt.Errorf("setting %s: %w", name, err)
				}
				a.clock.offset.Store(n)
			}
			return nil
		})
	})
}

func saveSetting(ctx context.Context, tx *db.Tx, name, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO app_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}

// MarkDemo marks the installation as a made-up city, for ever.
func (a *App) MarkDemo(ctx context.Context) error {
	a.Demo = true
	return a.DB.WriteTx(ctx, func(tx *db.Tx) error { return saveSetting(ctx, tx, settingDemo, "1") })
}

// SetClock lets the clock of a made-up city stand at an instant, so that the same work gives the
// same ledger each time.
func (a *App) SetClock(t time.Time) { a.clock.fixed.Store(t.UnixMilli()) }

// RunClock lets the clock of a made-up city run on from where it stands, and for every later start.
func (a *App) RunClock(ctx context.Context) error {
	at := a.clock.now()
	offset := time.Until(at)
	err := a.DB.WriteTx(ctx, func(tx *db.Tx) error {
		return saveSetting(ctx, tx, settingOffset, strconv.FormatInt(int64(offset), 10))
	})
	a.clock.offset.Store(int64(offset))
	a.clock.fixed.Store(0)
	return err
}
