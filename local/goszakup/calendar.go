package goszakup

import (
	"math"
	"time"
	_ "time/tzdata" // the zone must not depend on the machine
)

// The portal writes local times without a zone. The generator therefore counts
// in "portal seconds": seconds of the wall clock in Almaty since 1970, as if
// that clock were UTC. Clock instants are converted once, at the edge.
type moment int64

// never is after every clock.
const never moment = math.MaxInt64

var almaty = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		panic(err) // embedded data; cannot happen
	}
	return zone
}()

func momentOf(t time.Time) moment {
	l := t.In(almaty)
	return moment(time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC).Unix())
}

func (m moment) clock() time.Time { return time.Unix(int64(m), 0).UTC() }
func (m moment) String() string   { return m.clock().Format(time.DateTime) }
func (m moment) year() int        { return m.clock().Year() }
func (m moment) day() string      { return m.clock().Format(time.DateOnly) }

// value is what a document holds: null when the moment never comes.
func (m moment) value() any {
	if m == never {
		return nil
	}
	return m.String()
}

// instant is the real point in time behind a portal time.
func (m moment) instant() time.Time {
	t := m.clock()
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, almaty)
}

// Time in the generator runs in working days since the first Monday of 2023:
// five a week, from 09:00 to 18:30. Public holidays are not left out.
const (
	dayStart  = 9 * 3600
	dayLength = 9*3600 + 1800
)

var firstDay = moment(time.Date(2023, 1, 2, 0, 0, 0, 0, time.UTC).Unix())

// at turns working days since firstDay into a moment.
func at(workDays float64) moment {
	d := math.Floor(workDays)
	week, weekday := int64(d)/5, int64(d)%5
	if weekday < 0 {
		week, weekday = week-1, weekday+5
	}
	return firstDay + moment((week*7+weekday)*86400) + dayStart + moment((workDays-d)*dayLength)
}

// workDays is the inverse of at; moments outside working hours count as the
// nearest end of work before them.
func workDays(m moment) float64 {
	s := int64(m - firstDay)
	days := s / 86400
	week, weekday := days/7, days%7
	if weekday >= 5 {
		return float64(week*5 + 5)
	}
	part := (float64(s%86400) - dayStart) / dayLength
	return float64(week*5+weekday) + math.Max(0, math.Min(1, part))
}
