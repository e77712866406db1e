package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// keptStatements is how many prepared texts a connection keeps: more than the program has, but for lists that
// are written out (IN).
const keptStatements = 256

// openKeeping opens a SQLite file through connections that keep what they have prepared. To prepare one of our
// texts takes as long as to run it, and a page asks some ten of them.
func openKeeping(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(keeper{c}), nil
}

type keeper struct{ driver.Connector }

func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	below, ok := c.(connection)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver's %T cannot all that is needed", c), c.Close())
	}
	return &keeping{connection: below, idle: map[string]statement{}}, nil
}

// connection and statement are what is used of the driver's own. That it could also run a text without preparing
// it is left out, so that database/sql always prepares.
type connection interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keeping is a connection with the statements that nobody uses at the moment, by text. database/sql lets one
// goroutine at a time at it.
type keeping struct {
	connection
	idle map[string]statement
}

// PrepareContext gives an idle statement of that text, or a new one.
func (k *keeping) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if st, ok := k.idle[query]; ok {
		delete(k.idle, query)
		return &lent{statement: st, query: query, of: k}, nil
	}
	st, err := k.connection.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &lent{statement: st.(statement), query: query, of: k}, nil
}

// BeginTx begins a reading transaction by a kept statement as well; how others begin the driver knows.
func (k *keeping) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if !opts.ReadOnly {
		return k.connection.BeginTx(ctx, opts)
	}
	return reading{k}, k.run(ctx, "BEGIN")
}

// reading is a transaction that has nothing to commit.
type reading struct{ of *keeping }

func (r reading) Commit() error   { return r.of.run(context.Background(), "COMMIT") }
func (r reading) Rollback() error { return r.of.run(context.Background(), "ROLLBACK") }

func (k *keeping) run(ctx context.Context, text string) error {
	st, err := k.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	_, err = st.(*lent).ExecContext(ctx, nil)
	return errors.Join(err, st.Close())
}

// Close ends the idle statements and the connection.
func (k *keeping) Close() error {
	var errs []error
	for _, st := range k.idle {
		errs = append(errs, st.Close())
	}
	clear(k.idle)
	return errors.Join(errors.Join(errs...), k.connection.Close())
}

// lent is a statement in use.
type lent struct {
	statement
	query string
	of    *keeping
}

// Close gives the statement back; the driver has reset it and forgotten its values. Which one makes room when
// there are too many does not matter.
func (l *lent) Close() error {
	if _, ok := l.of.idle[l.query]; ok { // two were in use at a time
		return l.statement.Close()
	}
	var err error
	if len(l.of.idle) >= keptStatements {
		for query, st := range l.of.idle {
			delete(l.of.idle, query)
			err = st.Close()
			break
		}
	}
	l.of.idle[l.query] = l.statement
	return err
}
