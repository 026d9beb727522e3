package propose

import (
	"fmt"
	"slices"
	"strings"
)

// A train is how often lines are released.
type train struct {
	every  string // "1 month"; empty: no regular rhythm
	anchor life   // a line that was released on the usual day
	why    string
}

// findTrain finds the rhythm from the last dozen lines.
func findTrain(ls []life) train {
	var gaps []int
	recent := ls[:min(len(ls), 13)]
	for i := 0; i+1 < len(recent); i++ {
		n := recent[i].released.DaysSince(recent[i+1].released)
		if n > 0 && (!recent[i].id.HasMinor || recent[i].id.Major == recent[i+1].id.Major) {
			gaps = append(gaps, n)
		}
	}
	if len(gaps) < 4 {
		return train{why: "too few releases to tell how often a line comes; plan = { line, date, every } says it"}
	}
	sorted := slices.Sorted(slices.Values(gaps))
	median := sorted[len(sorted)/2]
	near := 0
	for _, g := range gaps {
		if 4*g >= 3*median && 4*g <= 5*median {
			near++
		}
	}
	t := train{}
	for _, c := range []struct {
		days  int
		every string
	}{
		{7, "1 week"}, {14, "2 weeks"}, {28, "4 weeks"}, {30, "1 month"}, {42, "6 weeks"}, {61, "2 months"}, {91, "3 months"},
		{122, "4 months"}, {183, "6 months"}, {365, "1 year"},
	} {
		if near*3 >= len(gaps)*2 && max(median-c.days, c.days-median)*14 <= c.days {
			t.every = c.every
		}
	}
	if t.every == "" {
		t.why = fmt.Sprintf("no regular rhythm: the last %d lines came %d to %d days apart", len(gaps)+1, sorted[0], sorted[len(sorted)-1])
		return t
	}
	t.why = fmt.Sprintf("%d of the last %d lines came about %s after the one before", near, len(gaps), t.every)
	t.anchor = onUsualDay(recent, t.every)
	return t
}

// onUsualDay returns the newest line released on the day of the month that is most common.
func onUsualDay(recent []life, every string) life {
	var count [32]int
	for _, l := range recent {
		count[l.released.Day]++
	}
	usual := 0
	for day, n := range count {
		if n > count[usual] {
			usual = day
		}
	}
	for _, l := range recent {
		if l.released.Day == usual && strings.HasSuffix(every, "month") {
			return l
		}
	}
	return recent[0]
}
