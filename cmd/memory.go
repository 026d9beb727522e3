package cmd

import (
	"runtime"
	"runtime/debug"
)

// firstCollection is the growth, in per cent of the runtime's least heap of 4 MiB, at which garbage
// is collected first: at 28 MiB, which most runs never reach.
const firstCollection = 700

// spareCollections puts the first garbage collection off, for a process that most often ends before
// one would pay. From the first one on the runtime's own pace holds, or the one GOGC asks for.
func spareCollections() {
	usual := debug.SetGCPercent(firstCollection)
	if usual < 0 || usual > firstCollection { // GOGC asks for fewer collections still
		debug.SetGCPercent(usual)
		return
	}
	runtime.AddCleanup(&struct{ sentinel [16]byte }{}, func(percent int) { debug.SetGCPercent(percent) }, usual)
}
