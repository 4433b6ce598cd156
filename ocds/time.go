package ocds

import "time"

// ParseTime reads a date-time of the standard (RFC 3339). It also accepts what
// publishers write: a date alone (midnight), and a time without a zone, both taken as
// UTC; exact is false for these. ok is false if the text is no point in time.
func ParseTime(b []byte) (t time.Time, exact, ok bool) {
	digits := func(from, n int) int {
		if from+n > len(b) {
			return -1
		}
		v := 0
		for _, c := range b[from : from+n] {
			if c < '0' || c > '9' {
				return -1
			}
			v = v*10 + int(c-'0')
		}
		return v
	}
	year, month, day := digits(0, 4), digits(5, 2), digits(8, 2)
	if year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || b[4] != '-' || b[7] != '-' {
		return t, false, false
	}
	if len(b) == 10 {
		return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC), false, true
	}
	if b[10] != 'T' && b[10] != 't' && b[10] != ' ' {
		return t, false, false
	}
	hour, minute, second := digits(11, 2), digits(14, 2), digits(17, 2)
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || b[13] != ':' {
		return t, false, false
	}
	i := 19
	if second < 0 {
		// hh:mm without seconds
		if len(b) > 16 && b[16] == ':' {
			return t, false, false
		}
		second, i = 0, 16
	} else if b[16] != ':' || second > 60 {
		return t, false, false
	}
	exact = i == 19 && b[10] != ' '
	nanos := 0
	if i < len(b) && b[i] == '.' && i == 19 {
		i++
		from, unit := i, 100_000_000
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			nanos += int(b[i]-'0') * unit
			unit /= 10
			i++
		}
		if i == from {
			return t, false, false
		}
	}
	t = time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	switch rest := b[i:]; {
	case len(rest) == 0:
		return t, false, true
	case len(rest) == 1 && (rest[0] == 'Z' || rest[0] == 'z'):
		return t, exact, true
	case (len(rest) == 6 && rest[3] == ':' || len(rest) == 5) && (rest[0] == '+' || rest[0] == '-'):
		h, m := digits(i+1, 2), digits(len(b)-2, 2)
		if h < 0 || h > 23 || m < 0 || m > 59 {
			return t, false, false
		}
		offset := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
		if rest[0] == '-' {
			offset = -offset
		}
		return t.Add(-offset), exact && len(rest) == 6, true
	}
	return t, false, false
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
