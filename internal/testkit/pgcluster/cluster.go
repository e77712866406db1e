//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// How long a server may take to answer and to stop. On a quiet machine both take about a second.
const (
	startTime = 60 * time.Second
	stopTime  = 30 * time.Second
)

// settings are for speed and for many test binaries at once; the data is thrown away.
var settings = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off",
	"max_connections=300", "shared_buffers=128MB", "max_wal_size=2GB",
	"listen_addresses=127.0.0.1", "logging_collector=off", "log_min_messages=fatal", "log_min_error_statement=fatal",
}

// cluster is a running server with its folder.
type cluster struct {
	dir    string
	port   int
	server *exec.Cmd
	ended  chan error
}

// url is the address for the tests; the database postgres is where they make their own from.
func (c *cluster) url() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", c.port)
}

// start makes a cluster with the programs of a folder and waits until it answers.
func start(bin string) (c *cluster, err error) {
	as, err := serverUser()
	if err != nil {
		return nil, err
	}
	c = &cluster{ended: make(chan error, 1)}
	if c.dir, err = os.MkdirTemp("", "tuoxing-pg-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.stop())
		}
	}()
	if as != nil {
		if err := os.Chown(c.dir, int(as.Uid), int(as.Gid)); err != nil {
			return nil, err
		}
	}
	data := filepath.Join(c.dir, "data")
	if err := c.make(bin, data, as); err != nil {
		return nil, err
	}
	if c.port, err = freePort(); err != nil {
		return nil, err
	}
	return c, c.serve(bin, data, as)
}

// make runs initdb.
func (c *cluster) make(bin, data string, as *syscall.Credential) error {
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.Dir = c.dir
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, bytes.TrimSpace(out))
	}
	return nil
}

// serve starts the server in a process group of its own, so that an interrupt from the terminal
// ends the tests first and the server after them.
func (c *cluster) serve(bin, data string, as *syscall.Credential) error {
	args := []string{"-D", data, "-p", strconv.Itoa(c.port), "-c", "unix_socket_directories=" + c.dir}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	log, err := os.Create(filepath.Join(c.dir, "server.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	c.server = exec.Command(filepath.Join(bin, "postgres"), args...)
	c.server.Dir, c.server.Stdout, c.server.Stderr = c.dir, log, log
	c.server.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true}
	if err := c.server.Start(); err != nil {
		c.server = nil
		return fmt.Errorf("start postgres: %w", err)
	}
	go func() { c.ended <- c.server.Wait() }()
	return c.answer(bin, as)
}

// answer waits until the server takes connections.
func (c *cluster) answer(bin string, as *syscall.Credential) error {
	for deadline := time.Now().Add(startTime); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-c.ended:
			c.ended <- err // stop waits for it as well
			return fmt.Errorf("postgres ended at once: %w\n%s", err, c.log())
		default:
		}
		ready := exec.Command(filepath.Join(bin, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(c.port), "-U", "postgres")
		ready.SysProcAttr = &syscall.SysProcAttr{Credential: as}
		ready.Dir = c.dir
		if ready.Run() == nil {
			return nil
		}
	}
	return fmt.Errorf("postgres does not answer after %s\n%s", startTime, c.log())
}

// log is what the server said, for an error.
func (c *cluster) log() []byte {
	text, err := os.ReadFile(filepath.Join(c.dir, "server.log"))
	if err != nil {
		return []byte(err.Error())
	}
	return bytes.TrimSpace(text)
}

// stop ends the server (SIGINT: at once, whoever is connected) and removes the folder.
func (c *cluster) stop() error {
	var err error
	if c.server != nil {
		_ = c.server.Process.Signal(syscall.SIGINT) // it may have ended already
		select {
		case <-c.ended:
		case <-time.After(stopTime):
			err = errors.Join(fmt.Errorf("postgres did not stop in %s and was killed", stopTime), c.server.Process.Kill())
			<-c.ended
		}
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

// serverUser is whom the server runs as: PostgreSQL refuses root, so root lends it the user
// postgres that its package makes. Everybody else runs it as themselves.
func serverUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nil is the caller's own user
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("root cannot run PostgreSQL and there is no user postgres: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// freePort asks the system for a port that nobody uses at this moment.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("address %s", l.Addr())
	}
	return addr.Port, l.Close()
}
