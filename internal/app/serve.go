package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"tuoxing/internal/web"
)

// The limits of a connection: a slow sender is cut off, a large upload is not.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	shutdownTimeout   = 20 * time.Second
)

// Serve serves pages and API until the context ends, then lets running requests finish. ready is
// told the address once connections are taken.
func (a *App) Serve(ctx context.Context, ready func(addr string)) error {
	h, stop, err := a.Start(ctx)
	if err != nil {
		return err
	}
	return errors.Join(serveHTTP(ctx, a.Config.Addr, h, ready), stop())
}

func serveHTTP(ctx context.Context, addr string, h http.Handler, ready func(addr string)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout}
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		done <- srv.Shutdown(grace)
	}()
	ready(l.Addr().String())
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}

// ServeGallery serves every page with sample data; it needs no database.
func ServeGallery(ctx context.Context, addr string, ready func(addr string)) error {
	return serveHTTP(ctx, addr, web.Gallery(), ready)
}
