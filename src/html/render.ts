import { pageAddress } from './link.ts';
import {
  linkAction,
  linkControlChecked,
  linkControlName,
  linkControlOption,
  linkControlText,
  linkControlValue,
  linkError,
  linkErrorTarget,
  linkInvalid,
} from './link-forms.ts';
import { linkCurrent, linkPages, linkStep, linkStepHref } from './link-navigation.ts';
import {
  linkAround,
  linkGuard,
  linkHidden,
  linkId,
  linkIdReference,
  linkIf,
  linkList,
  linkRow,
} from './link-regions.ts';
import {
  linkAttribute,
  linkClass,
  linkMarkup,
  linkSet,
  linkSrcset,
  linkText,
  linkWords,
  linkWordsAttribute,
} from './link-values.ts';
import type { TemplateNode } from './nodes.ts';
import { newLinker, runSteps } from './program.ts';
import type { Linker, State, Step } from './program.ts';
import type { PageData, Template } from './template.ts';

const linked = new WeakMap<Template, readonly Step[]>();

/**
 * Renders a page: the source text with every hole filled from `data`. Synchronous and pure. What the data does not
 * mention (a form's state, a pagination) stays as the author wrote it; a hole whose value is that of the sample it
 * stands in is written with the author's bytes.
 */
export function renderPage(template: Template, data: PageData): string {
  let steps = linked.get(template);
  if (!steps) {
    const linker = newLinker(template);
    linked.set(template, (steps = linkNodes(linker, linker.layout.nodes)));
  }
  const state: State = {
    out: '',
    data,
    address: pageAddress(data.path),
    current: data.root,
    rowOf: [data.root],
    rowIds: [data.root.id],
    suffixes: [],
    ownItem: true,
    lists: [],
    forms: new Map(),
  };
  runSteps(steps, state);
  return state.out;
}

function linkNodes(linker: Linker, nodes: readonly TemplateNode[]): Step[] {
  return nodes.map((node) => linkNode(linker, node));
}

function linkNode(linker: Linker, node: TemplateNode): Step {
  if (typeof node === 'string') {
    return (state) => {
      state.out += node;
    };
  }
  switch (node.kind) {
    case 'text':
      return linkText(linker, node);
    case 'markup':
      return linkMarkup(linker, node);
    case 'attribute':
      return linkAttribute(linker, node);
    case 'srcset':
      return linkSrcset(linker, node);
    case 'words':
      return linkWords(linker, node);
    case 'words-attribute':
      return linkWordsAttribute(linker, node);
    case 'set':
      return linkSet(linker, node);
    case 'class':
      return linkClass(node);
    case 'id':
      return linkId(node);
    case 'id-reference':
      return linkIdReference(linker, node);
    case 'hidden':
      return linkHidden(node);
    case 'current':
      return linkCurrent(node);
    case 'pages':
      return linkPages(node);
    case 'step-href':
      return linkStepHref(node);
    default:
      return linkFormNode(linker, node) ?? linkRegion(linker, node);
  }
}

function linkFormNode(linker: Linker, node: Exclude<TemplateNode, string>): Step | undefined {
  switch (node.kind) {
    case 'action':
      return linkAction(linker, node);
    case 'control-value':
      return linkControlValue(linker, node);
    case 'control-text':
      return linkControlText(linker, node);
    case 'control-checked':
      return linkControlChecked(linker, node);
    case 'control-option':
      return linkControlOption(linker, node);
    case 'control-name':
      return linkControlName(linker, node);
    case 'control-invalid':
    case 'control-described':
      return linkInvalid(linker, node);
    case 'error':
      return linkError(linker, node);
    case 'error-hidden':
    case 'error-text':
      return linkErrorTarget(linker, node);
    default:
      return undefined;
  }
}

function linkRegion(linker: Linker, node: Exclude<TemplateNode, string>): Step {
  switch (node.kind) {
    case 'if':
      return linkIf(node, linkNodes(linker, node.inner));
    case 'guard':
      return linkGuard(node, linkNodes(linker, node.inner));
    case 'around':
      return linkAround(linker, node, linkNodes(linker, node.inner));
    case 'list':
      return linkList(
        linker,
        node,
        node.variants.map(({ inner }) => linkNodes(linker, inner)),
      );
    case 'row':
      return linkRow(node, linkNodes(linker, node.inner));
    case 'step':
      return linkStep(node, linkNodes(linker, node.inner));
    default:
      throw new Error(`a ${node.kind} cannot stand here`);
  }
}
