package gitconfig

import "strings"

// qualify gives a host name its domain, from /etc/hosts alone: git would ask the resolver, and thus
// perhaps the network.
func qualify(host string) string {
	if strings.Contains(host, ".") {
		return host
	}
	b, err := readSmall("/etc/hosts", 1<<20)
	if err != nil {
		return host
	}
	return canonicalHost(string(b), host)
}

// canonicalHost returns the first name on the first line of hosts that has host, else host.
func canonicalHost(hosts, host string) string {
	for line := range strings.Lines(hosts) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		for i := 1; i < len(fields); i++ {
			if fields[i] == host {
				return fields[1]
			}
		}
	}
	return host
}
