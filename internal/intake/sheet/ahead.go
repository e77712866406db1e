package sheet

import "io"

// ahead unpacks a part beside the scanner: the one takes as long as the other, and together they use two
// cores. Two buffers go round, so that memory stays what it is.
type ahead struct {
	in   io.ReadCloser
	full chan chunk
	free chan []byte
	stop chan struct{}
	now  chunk
}

type chunk struct {
	data []byte
	buf  []byte
	err  error
}

// readAhead starts to unpack. Close must be called; it waits until the unpacking has ended.
func readAhead(in io.ReadCloser) *ahead {
	a := &ahead{in: in, full: make(chan chunk, 2), free: make(chan []byte, 2), stop: make(chan struct{})}
	for range 2 {
		a.free <- make([]byte, window)
	}
	go a.run()
	return a
}

func (a *ahead) run() {
	defer close(a.full)
	for {
		var buf []byte
		select {
		case buf = <-a.free:
		case <-a.stop:
			return
		}
		n, err := io.ReadFull(a.in, buf)
		if err == io.ErrUnexpectedEOF {
			err = io.EOF
		}
		a.full <- chunk{buf[:n], buf, err} // never blocks: there are two buffers and two places
		if err != nil {
			return
		}
	}
}

// Read gives what has been unpacked.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.now.data) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.buf != nil {
			a.free <- a.now.buf
		}
		next, ok := <-a.full
		if !ok {
			return 0, io.ErrClosedPipe
		}
		a.now = next
	}
	n := copy(p, a.now.data)
	a.now.data = a.now.data[n:]
	return n, nil
}

// Close ends the unpacking.
func (a *ahead) Close() error {
	close(a.stop)
	for range a.full { //nolint:revive // waits for the end
	}
	return a.in.Close()
}
