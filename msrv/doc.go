// Package msrv reads the toolchain versions a tree declares and judges whether a fix would raise one.
//
// A Pin is one declared version: where it stands, what it pins, as what (its Role), and its value as
// written. A floor is what users need (rust-version, the go directive, engines), a selector is what
// developers build with (rust-toolchain.toml, .nvmrc), a CI input and an image are what machines build
// with. ReadPins reads the pins of the files it is given from one tree; Gate compares the reading of a
// picked tree with the readings of the branch's tip and of its baseline, and says for each pin what
// became of it and whether that stops the branch. StripPins puts pins back, PinOnly knows a commit that
// does nothing but move them, and CheckCargoLock and its like look at the floors of dependencies.
//
// Whatever cannot be read, or be understood in only one way, is a Problem with its place, and stops the
// branch as a raised pin would: the gate fails closed.
//
// The package is pure: it reads trees through fs.FS, knows no repository, no clock and no network, and
// starts no tool. It does not find out which files changed (the caller does, from tree ids), and it does
// not know whether code needs a newer toolchain than the pins say: only a build knows.
package msrv
