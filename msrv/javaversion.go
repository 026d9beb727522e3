package msrv

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

var (
	javaName  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:VERSION_|JVM_|JDK_)?(\d+(?:[._]\d+)*)$`) })
	mavenPart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([\[(])\s*([^,\[\]()]*)(,?)\s*([^,\[\]()]*)([\])])`) })
)

// javaPoint reads a Java version: 1.8 and 8 are the same, VERSION_17 is how Gradle writes it.
func javaPoint(s string) (point, error) {
	m := javaName().FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return point{}, fmt.Errorf("%q is not a Java version", clip(s))
	}
	p, err := dotted(strings.ReplaceAll(m[1], "_", "."), 4)
	if err == nil && len(p.nums) > 1 && p.nums[0] == 1 {
		p.nums = p.nums[1:]
	}
	return p, err
}

// mavenRange reads a version requirement of Maven's enforcer: "17" and "[17,)" are both 17 and above.
func mavenRange(s string, read func(string) (point, error)) ([]interval, error) {
	s = strings.TrimSpace(s)
	if !strings.ContainsAny(s, "[](),") {
		p, err := read(s)
		return []interval{{lo: p}}, err
	}
	var all []interval
	rest := mavenPart().ReplaceAllStringFunc(s, func(part string) string {
		if len(all) > maxTerms {
			return part
		}
		v, err := mavenInterval(mavenPart().FindStringSubmatch(part), read)
		if err != nil {
			return part
		}
		all = append(all, v)
		return ""
	})
	if strings.Trim(rest, ", ") != "" {
		return nil, fmt.Errorf("%q is not a range of Maven", clip(s))
	}
	return union(all)
}

// mavenInterval reads one range, "[1.8,9)".
func mavenInterval(m []string, read func(string) (point, error)) (interval, error) {
	v := interval{lo: point{rank: pre}}
	var err error
	low, high := strings.TrimSpace(m[2]), strings.TrimSpace(m[4])
	if low != "" {
		if v.lo, err = read(low); err != nil {
			return v, err
		}
		if m[1] == "(" {
			v.lo = follow(v.lo)
		}
	}
	if m[3] == "" { // [17] is 17 alone
		high = low
	}
	if high != "" {
		v.top = true
		if v.hi, err = read(high); err != nil {
			return v, err
		}
		if m[5] == "]" {
			v.hi = follow(v.hi)
		}
	} else if m[3] == "" {
		return v, errors.New("an empty range")
	}
	return v, nil
}
