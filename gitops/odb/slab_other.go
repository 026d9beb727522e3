//go:build !linux

package odb

func preferLarge([]byte) {}
