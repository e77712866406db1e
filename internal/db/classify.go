package db

import (
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"tuoxing/internal/fault"
)

// classify turns a driver's error into a fault by its code, never by its text. Errors without
// a meaning for a person stay as they are.
func classify(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "db.not_found").Because(err)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case "23505":
			return fault.New(fault.Conflict, "db.exists_already").Because(err)
		case "23503":
			return fault.New(fault.Conflict, "db.in_use").Because(err)
		case "23514", "23502":
			return fault.New(fault.Invalid, "db.not_allowed").Because(err)
		}
		return err
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() {
		case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY:
			return fault.New(fault.Conflict, "db.exists_already").Because(err)
		case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
			return fault.New(fault.Conflict, "db.in_use").Because(err)
		case lib.SQLITE_CONSTRAINT_CHECK, lib.SQLITE_CONSTRAINT_NOTNULL, lib.SQLITE_CONSTRAINT_DATATYPE:
			return fault.New(fault.Invalid, "db.not_allowed").Because(err)
		}
	}
	return err
}

// retryable reports whether a transaction lost against another one and may simply run again.
func retryable(err error) bool {
	if err == nil {
		return false
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "40001" || e.Code == "40P01"
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == lib.SQLITE_BUSY
	}
	return false
}
