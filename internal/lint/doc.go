// Package lint holds the rules of the house as tests: who may import whom, that every package says
// what it is for, that test data has a reader.
package lint
