import type { ColumnType } from '../schema/index.ts';
import type { Diagnostic } from '../std/index.ts';
import type { Layout, TemplateNode, ValueRef } from './nodes.ts';
import { allNodes, layoutOf, sampleDiagnostics } from './read.ts';
import type { Path, Template } from './template.ts';

/**
 * Gives a template the types of its columns, once the site's schema is known. `typeOf` answers for every path that a
 * hole or a sample of a scope uses, undefined for names that are no columns (`rows`, `first`). The template is copied,
 * not changed. Diagnostics: samples that cannot be read as their column's type.
 */
export function bindTypes(
  template: Template,
  typeOf: (scopeId: number, path: Path) => ColumnType | undefined,
): { readonly template: Template; readonly diagnostics: readonly Diagnostic[] } {
  const layout = layoutOf(template);
  const types: Record<string, ColumnType> = {};
  const learn = (scope: number, path: Path): void => {
    const key = `${scope}/${path}`;
    if (key in types) return;
    const type = typeOf(scope, path);
    if (type) types[key] = type;
  };
  for (const node of allNodes(layout.nodes)) for (const { scope, path } of refsOf(node)) learn(scope, path);
  for (const reader of Object.values(layout.readers)) {
    for (const { fields } of reader.variants) for (const { name } of fields) learn(reader.scope, name);
  }
  const bound: Template = { ...template, nodes: { ...layout, types } satisfies Layout };
  return { template: bound, diagnostics: sampleDiagnostics(bound) };
}

/** The values that a node shows. */
function refsOf(node: TemplateNode): readonly ValueRef[] {
  if (typeof node === 'string') return [];
  const words = 'words' in node && node.words ? node.words.refs : [];
  if ('refs' in node) return node.refs;
  if ('ref' in node && node.ref) return [node.ref, ...words];
  return words;
}
