package demo

// dice is a small deterministic source of numbers (splitmix64, Sebastiano Vigna, public domain).
// The standard library's sources are not used for their helpers (IntN, Shuffle), whose results
// are not promised to stay the same from release to release.
type dice uint64

// The streams keep the uses of one seed apart: what one draws never changes what another draws.
const (
	streamFirm = iota + 1
	streamPost
	streamPick
	streamPerson
	streamName
	streamWork
	streamEntry
	streamPhone
	streamCertificate
	streamDirt
	streamListDirt
	streamFirmDirt
	streamOrder
	streamDefect
	streamDouble
)

// newDice makes a source of its own for one use of one thing.
func newDice(seed uint64, stream, index int) dice {
	d := dice(seed)
	d = dice(d.next() ^ uint64(stream)*0x9e3779b97f4a7c15)
	d = dice(d.next() ^ uint64(index))
	return d
}

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// n draws one of 0 … k−1; k is positive and far below 2³². The bias is below one in a million.
func (d *dice) n(k int) int { return int(d.next() >> 32 * uint64(k) >> 32) }

// chance is true in so many of a thousand cases.
func (d *dice) chance(perMille int) bool { return d.n(1000) < perMille }

// of draws one of the list.
func of[T any](d *dice, list []T) T { return list[d.n(len(list))] }

// weighted draws an index by weights whose sum is positive.
func (d *dice) weighted(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	x := d.n(sum)
	for i, w := range weights {
		if x -= w; x < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// sampler draws exactly want of the next total things, each set alike likely (Knuth's
// algorithm S). It is asked once for each thing, in order.
type sampler struct {
	want, total int
}

func (s *sampler) take(d *dice) bool {
	hit := s.total > 0 && d.n(s.total) < s.want
	if hit {
		s.want--
	}
	s.total--
	return hit
}
