package config

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// applyYAML applies a configuration file. It reads the syntax tree itself, so
// that every complaint has a line.
func applyYAML(file string, text []byte, keys []*key) error {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	f := yamlFile{name: file, keys: make(map[string]*key, len(keys)), sections: map[string]bool{}}
	for _, k := range keys {
		f.keys[k.path] = k
		f.paths = append(f.paths, k.path)
		for i, c := range k.path {
			if c == '.' {
				f.sections[k.path[:i]] = true
			}
		}
	}
	if len(tree.Docs) > 1 {
		return fmt.Errorf("%s: %d YAML documents; a configuration file has one", file, len(tree.Docs))
	}
	for _, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		if err := f.section("", doc.Body); err != nil {
			return err
		}
	}
	return nil
}

type yamlFile struct {
	name     string
	keys     map[string]*key
	paths    []string
	sections map[string]bool
}

func (f *yamlFile) at(n ast.Node) string {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return fmt.Sprintf("%s:%d", f.name, t.Position.Line)
	}
	return f.name
}

func (f *yamlFile) section(prefix string, n ast.Node) error {
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.NullNode, *ast.CommentGroupNode:
		return nil // an empty section, or a file of comments
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		what := "the file"
		if prefix != "" {
			what = strings.TrimSuffix(prefix, ".")
		}
		return fmt.Errorf("%s: %s holds keys with values, not a single value", f.at(n), what)
	}
	seen := map[string]bool{}
	for _, pair := range pairs {
		name, ok := scalar(pair.Key)
		if !ok {
			return fmt.Errorf("%s: %s is not a key", f.at(pair.Key), pair.Key)
		}
		path := prefix + name
		if seen[path] {
			return fmt.Errorf("%s: %s is given twice", f.at(pair.Key), path)
		}
		seen[path] = true
		if err := f.entry(path, pair); err != nil {
			return err
		}
	}
	return nil
}

func (f *yamlFile) entry(path string, pair *ast.MappingValueNode) error {
	if f.sections[path] {
		return f.section(path+".", pair.Value)
	}
	k, ok := f.keys[path]
	if !ok {
		return fmt.Errorf("%s: unknown key %s%s", f.at(pair.Key), path, didYouMean("", path, f.paths))
	}
	if list, ok := pair.Value.(*ast.SequenceNode); ok {
		if k.value.Kind().String() != "slice" {
			return fmt.Errorf("%s: %s takes one value, not a list", f.at(pair.Key), path)
		}
		items := make([]string, 0, len(list.Values))
		for _, v := range list.Values {
			item, ok := scalar(v)
			if !ok {
				return fmt.Errorf("%s: %s is a list of plain values", f.at(v), path)
			}
			items = append(items, item)
		}
		return k.setList(items)
	}
	value, ok := scalar(pair.Value)
	if !ok {
		return fmt.Errorf("%s: %s takes one plain value", f.at(pair.Key), path)
	}
	if err := k.set(value); err != nil {
		return fmt.Errorf("%s: %s: %w", f.at(pair.Key), path, err)
	}
	return nil
}

// scalar is the text of a plain value as it was written. Null, anchors, aliases
// and tags are no plain values.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}
